#include "harness/stats/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <boost/math/distributions/binomial.hpp>

namespace interleave {
namespace {

std::uint64_t value_at_rank(const ValueCounts& histogram, std::uint64_t rank) {
  std::uint64_t seen = 0;
  for (const auto& [value, count] : histogram) {
    seen += count;
    if (seen >= rank) return value;
  }
  return histogram.back().first;
}

}  // namespace

std::uint64_t total_count(const ValueCounts& histogram) noexcept {
  std::uint64_t sum = 0;
  for (const auto& [value, count] : histogram) sum += count;
  return sum;
}

std::optional<double> mean_value(const ValueCounts& histogram) noexcept {
  const std::uint64_t samples = total_count(histogram);
  if (samples == 0) return std::nullopt;
  double sum = 0;
  for (const auto& [value, count] : histogram) sum += static_cast<double>(value) * static_cast<double>(count);
  return sum / static_cast<double>(samples);
}

std::uint64_t quantile(const ValueCounts& histogram, double q) {
  // A hair less before rounding up: 0.9 x 10 must be rank 9 although 0.9 is a little more than nine tenths in binary.
  constexpr double kHair = 1e-9;
  const double rank = std::ceil(q * static_cast<double>(total_count(histogram)) * (1 - kHair));
  return value_at_rank(histogram, std::max<std::uint64_t>(1, static_cast<std::uint64_t>(rank)));
}

std::optional<std::uint64_t> quantile_with_lost(const ValueCounts& histogram, std::uint64_t lost, double q) {
  const auto known = static_cast<double>(total_count(histogram));
  const double of_known = q * (known + static_cast<double>(lost)) / known;
  if (of_known > 1) return std::nullopt;
  return quantile(histogram, of_known);
}

bool quantile_is_supported(std::uint64_t samples, double q) noexcept {
  constexpr double kHair = 1e-6;  // 0.999 of 20,000 leaves 20 beyond, not 19.9999
  return static_cast<double>(samples) * (1 - q) >= kSamplesBeyond - kHair;
}

RankInterval quantile_ranks(std::uint64_t samples, double q, double level) {
  using boost::math::policies::integer_round_up;
  using Policy = boost::math::policies::policy<boost::math::policies::discrete_quantile<integer_round_up>>;
  const boost::math::binomial_distribution<double, Policy> below(static_cast<double>(samples), q);
  const double tail = (1 - level) / 2;
  // The smallest k with P(below <= k) >= tail, as scipy's binom.ppf gives it.
  const auto low = static_cast<std::uint64_t>(boost::math::quantile(below, tail));
  const auto high = static_cast<std::uint64_t>(boost::math::quantile(below, 1 - tail)) + 1;
  return {.low = std::max<std::uint64_t>(1, low), .high = std::min(samples, high)};
}

std::optional<QuantileInterval> quantile_interval(const ValueCounts& histogram, double q) {
  const std::uint64_t samples = total_count(histogram);
  if (!quantile_is_supported(samples, q)) return std::nullopt;
  const RankInterval ranks = quantile_ranks(samples, q);
  return QuantileInterval{.estimate = quantile(histogram, q),
                          .low = value_at_rank(histogram, ranks.low),
                          .high = value_at_rank(histogram, ranks.high)};
}

ValueCounts merge(std::span<const ValueCounts* const> histograms) {
  std::map<std::uint64_t, std::uint64_t> bins;
  for (const ValueCounts* histogram : histograms) {
    for (const auto& [value, count] : *histogram) bins[value] += count;
  }
  return {bins.begin(), bins.end()};
}

}  // namespace interleave
