#include "harness/load/generator/population.hpp"

#include <algorithm>
#include <cmath>

namespace interleave {
namespace {

// The recorded value of this rank, counted from 1. REQUIRES: 1 <= rank <= total_count().
std::uint64_t value_at_rank(const Histogram& histogram, std::uint64_t rank) {
  const double middle = static_cast<double>(rank) - 0.5;
  return histogram.value_at_percentile(100 * middle / static_cast<double>(histogram.total_count())).value_or(0);
}

}  // namespace

Population::Population(const Tally& tally)
    : known_(tally.response),
      bounds_(tally.response),
      answered_(tally.window.of(Outcome::ok)),
      scheduled_(tally.window.scheduled) {
  bounds_.merge(tally.open_for);
}

Quantile Population::quantile(double percentile) const {
  if (scheduled_ == 0) return {};
  const double exact = std::ceil(percentile / 100 * static_cast<double>(scheduled_));
  const std::uint64_t rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact), 1, scheduled_);
  if (rank <= answered_) return {value_at_rank(known_, rank), std::nullopt};
  if (bounds_.total_count() == 0) return {};
  return {std::nullopt, value_at_rank(bounds_, std::min(rank, bounds_.total_count()))};
}

std::optional<double> Population::mean() const {
  if (answered_ != scheduled_) return std::nullopt;
  return known_.mean();
}

}  // namespace interleave
