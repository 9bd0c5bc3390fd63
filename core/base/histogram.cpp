#include "core/base/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace interleave {

Histogram::Histogram(Range range) : range_(range) {
  // The upper bounds keep every shift below within 64 bits.
  if (range.lowest_discernible < 1 || range.lowest_discernible > 1ULL << 50U || range.highest_trackable >> 62U != 0 ||
      range.highest_trackable / 2 < range.lowest_discernible) {
    throw std::invalid_argument("histogram range: need 1 <= lowest <= 2^50, 2 * lowest <= highest < 2^62");
  }
  unit_bits_ = static_cast<unsigned>(std::bit_width(range.lowest_discernible)) - 1;
  // Whole rows: a reader of HdrHistogram's encoding expects them.
  unsigned rows = 1;
  while ((kSubBuckets << (unit_bits_ + rows - 1)) <= range.highest_trackable) ++rows;
  bins_.assign((rows + 1) * kHalf, 0);
}

void Histogram::merge(const Histogram& other) {
  if (!(range_ == other.range_)) throw std::invalid_argument("histograms of different ranges cannot be merged");
  for (std::size_t i = 0; i < bins_.size(); ++i) bins_[i] += other.bins_[i];
  total_ += other.total_;
  overflow_ += other.overflow_;
}

void Histogram::clear() noexcept {
  std::fill(bins_.begin(), bins_.end(), 0);
  total_ = 0;
  overflow_ = 0;
}

Histogram::Bin Histogram::bin_at(std::size_t index) const noexcept {
  // The first row has twice the bins of the others: both its halves.
  const std::uint64_t row = index < kSubBuckets ? 0 : index / kHalf - 1;
  const std::uint64_t sub_bucket = index - row * kHalf;
  const std::uint64_t lowest = sub_bucket << (unit_bits_ + row);
  return {lowest, lowest + (1ULL << (unit_bits_ + row)) - 1, bins_[index]};
}

std::optional<std::uint64_t> Histogram::min() const noexcept {
  const auto first = std::find_if(bins_.begin(), bins_.end(), [](std::uint64_t count) { return count != 0; });
  if (first == bins_.end()) return std::nullopt;
  return bin_at(static_cast<std::size_t>(first - bins_.begin())).lowest;
}

std::optional<std::uint64_t> Histogram::max() const noexcept {
  const auto last = std::find_if(bins_.rbegin(), bins_.rend(), [](std::uint64_t count) { return count != 0; });
  if (last == bins_.rend()) return std::nullopt;
  return bin_at(static_cast<std::size_t>(bins_.rend() - last) - 1).highest;
}

std::optional<double> Histogram::mean() const noexcept {
  if (total_ == 0) return std::nullopt;
  double sum = 0;
  for_each_bin([&](const Bin& bin) {
    // HdrHistogram's "median equivalent value": the whole number in the middle, the value itself in bins of one.
    const std::uint64_t middle = bin.lowest + (bin.highest - bin.lowest + 1) / 2;
    sum += static_cast<double>(middle) * static_cast<double>(bin.count);
  });
  return sum / static_cast<double>(total_);
}

std::optional<std::uint64_t> Histogram::value_at_percentile(double percentile) const noexcept {
  if (total_ == 0) return std::nullopt;
  // One ulp down first: 99.9 is a little more than 999/1000 in binary, and would otherwise need the 1000th of 1000.
  const double below = std::nextafter(std::clamp(percentile, 0.0, 100.0), 0.0);
  const double share = std::ceil(below * static_cast<double>(total_) / 100.0);
  const std::uint64_t needed = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(share), 1, total_);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    seen += bins_[i];
    if (seen >= needed) return bin_at(i).highest;
  }
  return std::nullopt;  // unreachable: the bins sum up to total_
}

}  // namespace interleave
