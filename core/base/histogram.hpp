// Counts of non-negative 64-bit values (here: nanoseconds) in bins of bounded relative width.
//
// Idea: a number and its leading eleven binary digits differ by less than one part in 1024. So values that agree in
// their leading eleven digits share a bin, and a value's bin is found with one count of leading zeros and one shift.
// This is the layout of HdrHistogram with three significant digits; statistics equal HdrHistogram's.
//
// Error bound: a bin [lowest, highest] that does not start at 0 has highest - lowest < lowest / 1000. Values below
// 2048 * unit are exact to the unit.
//
//   unit 1 ns          bin width   bins    first bin of the row   the value 10,000,000 (10 ms) lies
//   0 .. 2047          1           2048    [0, 0]
//   2048 .. 4095       2           1024    [2048, 2049]
//   4096 .. 8191       4           1024    [4096, 4099]
//   ...
//   2^23 .. 2^24-1     2^13        1024    [8388608, 8396799]     here: [9994240, 10002431]
//   ...
//   2^35 .. 2^36-1     2^25        1024    [34359738368, ...]     60 s is in this last row: 27,648 bins, 216 KiB
//
// Reference: Gil Tene, HdrHistogram, https://hdrhistogram.github.io/HdrHistogram/ (public domain / BSD-2).
//
// All statistics are functions of the bins alone, so a histogram saved as bins and read again says the same.
// Not thread-safe: one histogram per thread, merged afterwards. No allocation after construction.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace interleave {

class Histogram {
 public:
  struct Range {
    std::uint64_t lowest_discernible = 1;              // 1 to 2^50; rounded down to a power of two: the unit
    std::uint64_t highest_trackable = 60'000'000'000;  // >= 2 * lowest_discernible, below 2^62
    bool operator==(const Range&) const = default;
  };
  struct Bin {
    std::uint64_t lowest;
    std::uint64_t highest;  // inclusive: HdrHistogram's "highest equivalent value"
    std::uint64_t count;
    bool operator==(const Bin&) const = default;
  };

  // Throws std::invalid_argument if the range breaks the bounds above.
  explicit Histogram(Range range);
  Histogram() : Histogram(Range{}) {}

  void record(std::uint64_t value) noexcept { record_n(value, 1); }

  // Counts above highest_trackable are kept at highest_trackable and counted in overflow(): never lost, never hidden.
  void record_n(std::uint64_t value, std::uint64_t count) noexcept {
    if (value > range_.highest_trackable) {
      value = range_.highest_trackable;
      overflow_ += count;
    }
    bins_[index_of(value)] += count;
    total_ += count;
  }

  // Adds all counts of the other. Throws std::invalid_argument if the ranges differ.
  void merge(const Histogram& other);
  void clear() noexcept;

  [[nodiscard]] const Range& range() const noexcept { return range_; }
  [[nodiscard]] std::uint64_t total_count() const noexcept { return total_; }
  [[nodiscard]] std::uint64_t overflow() const noexcept { return overflow_; }

  // nullopt where nothing was recorded: no number is better than a zero.
  [[nodiscard]] std::optional<std::uint64_t> min() const noexcept;  // lowest value of the first bin in use
  [[nodiscard]] std::optional<std::uint64_t> max() const noexcept;  // highest value of the last bin in use
  [[nodiscard]] std::optional<double> mean() const noexcept;        // of the bins' middles
  // The highest value of the bin that holds the smallest recorded value with at least `percentile` percent of all
  // values at or below it. Below 0 counts as 0 (the minimum), above 100 as 100.
  [[nodiscard]] std::optional<std::uint64_t> value_at_percentile(double percentile) const noexcept;

  // Calls visit(Bin) for each bin in use, in ascending order.
  template <typename Visitor>
  void for_each_bin(Visitor visit) const {
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      if (bins_[i] != 0) visit(bin_at(i));
    }
  }

  // The bin a value falls into, with its present count. REQUIRES: value <= highest_trackable.
  [[nodiscard]] Bin bin_of(std::uint64_t value) const noexcept { return bin_at(index_of(value)); }

  // All bins by number, in ascending order: the order of HdrHistogram's encodings (hdr_codec.hpp). There are whole
  // rows of them, so the last ones may lie above highest_trackable. REQUIRES: index < bin_count().
  [[nodiscard]] std::size_t bin_count() const noexcept { return bins_.size(); }
  [[nodiscard]] std::uint64_t count_at(std::size_t index) const noexcept { return bins_[index]; }
  [[nodiscard]] Bin bin_at(std::size_t index) const noexcept;

  bool operator==(const Histogram&) const = default;

 private:
  static constexpr unsigned kSubBucketBits = 11;  // 2^11 >= 2 * 10^3: three significant digits
  static constexpr std::uint64_t kSubBuckets = 1ULL << kSubBucketBits;
  static constexpr std::uint64_t kHalf = kSubBuckets / 2;

  // Row r > 0 holds values whose leading digit stands r places above the first row's; its lower half of sub-buckets
  // would repeat the rows before, so only the upper half is stored.
  [[nodiscard]] std::size_t index_of(std::uint64_t value) const noexcept {
    const auto width = static_cast<unsigned>(std::bit_width((value >> unit_bits_) | (kSubBuckets - 1)));
    const unsigned row = width - kSubBucketBits;
    return row * kHalf + (value >> (unit_bits_ + row));
  }

  Range range_;
  unsigned unit_bits_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t overflow_ = 0;
  std::vector<std::uint64_t> bins_;
};

}  // namespace interleave
