#include "core/base/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

using Bin = Histogram::Bin;

std::vector<Bin> bins_in_use(const Histogram& histogram) {
  std::vector<Bin> bins;
  histogram.for_each_bin([&](const Bin& bin) { bins.push_back(bin); });
  return bins;
}

// Values of every magnitude from 1 ns to 60 s, each magnitude about as often.
std::vector<std::uint64_t> random_values(std::uint64_t seed, std::size_t count) {
  SplitMix64 random(seed);
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) {
    value = std::min<std::uint64_t>(random.next() >> (28 + random.next() % 36), 60'000'000'000);
  }
  return values;
}

TEST(Histogram, knows_nothing_before_the_first_value) {
  const Histogram histogram;
  EXPECT_EQ(histogram.total_count(), 0U);
  EXPECT_EQ(histogram.min(), std::nullopt);
  EXPECT_EQ(histogram.max(), std::nullopt);
  EXPECT_EQ(histogram.mean(), std::nullopt);
  EXPECT_EQ(histogram.value_at_percentile(50), std::nullopt);
  EXPECT_TRUE(bins_in_use(histogram).empty());
}

// The rows of the table in the header, and the edges between them.
TEST(Histogram, has_the_bins_of_the_documented_table) {
  const Histogram histogram;
  struct Case {
    std::uint64_t value, lowest, highest;
  };
  for (const auto& c : std::vector<Case>{{0, 0, 0},
                                         {1, 1, 1},
                                         {2047, 2047, 2047},
                                         {2048, 2048, 2049},
                                         {2049, 2048, 2049},
                                         {4095, 4094, 4095},
                                         {4096, 4096, 4099},
                                         {8388608, 8388608, 8396799},
                                         {10'000'000, 9'994'240, 10'002'431},
                                         {34359738368, 34359738368, 34359738368 + (1U << 25U) - 1}}) {
    EXPECT_EQ(histogram.bin_of(c.value), (Bin{c.lowest, c.highest, 0})) << c.value;
  }
}

TEST(Histogram, bins_tile_the_range_without_gap_or_overlap) {
  const Histogram histogram({.lowest_discernible = 1000, .highest_trackable = 100'000'000});
  std::uint64_t next = 0;
  while (next <= 100'000'000) {
    const Bin bin = histogram.bin_of(next);
    ASSERT_EQ(bin.lowest, next);
    ASSERT_EQ(histogram.bin_of(std::min<std::uint64_t>(bin.highest, 100'000'000)).lowest, next);
    next = bin.highest + 1;
  }
}

TEST(Histogram, unit_is_the_power_of_two_below_the_lowest_discernible) {
  const Histogram histogram({.lowest_discernible = 1000, .highest_trackable = 60'000'000'000});
  EXPECT_EQ(histogram.bin_of(0), (Bin{0, 511, 0}));
  EXPECT_EQ(histogram.bin_of(1000), (Bin{512, 1023, 0}));
}

TEST(Histogram, counts_exact_small_values) {
  Histogram histogram;
  histogram.record(3);
  histogram.record_n(5, 2);
  histogram.record(11);
  EXPECT_EQ(histogram.total_count(), 4U);
  EXPECT_EQ(histogram.min(), 3U);
  EXPECT_EQ(histogram.max(), 11U);
  EXPECT_DOUBLE_EQ(histogram.mean().value(), 6.0);
  EXPECT_EQ(bins_in_use(histogram), (std::vector<Bin>{{3, 3, 1}, {5, 5, 2}, {11, 11, 1}}));
}

TEST(Histogram, percentile_is_the_smallest_value_with_that_share_at_or_below) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 1000; ++value) histogram.record(value);
  struct Case {
    double percentile;
    std::uint64_t value;
  };
  for (const auto& c : std::vector<Case>{{-5, 1},
                                         {0, 1},
                                         {0.1, 1},
                                         {0.11, 2},
                                         {50, 500},
                                         {50.01, 501},
                                         {99.9, 999},
                                         {99.91, 1000},
                                         {100, 1000},
                                         {250, 1000}}) {
    EXPECT_EQ(histogram.value_at_percentile(c.percentile), c.value) << c.percentile;
  }
}

// Expected values computed with HdrHistogram's definitions: highest, lowest and middle equivalent values.
TEST(Histogram, statistics_are_hdr_histograms) {
  Histogram histogram;
  histogram.record_n(10'000'000, 99);
  histogram.record(50'000'000);
  EXPECT_EQ(histogram.value_at_percentile(50), 10'002'431U);
  EXPECT_EQ(histogram.value_at_percentile(99), 10'002'431U);
  EXPECT_EQ(histogram.value_at_percentile(99.9), 50'003'967U);
  EXPECT_EQ(histogram.min(), 9'994'240U);
  EXPECT_EQ(histogram.max(), 50'003'967U);
  EXPECT_DOUBLE_EQ(histogram.mean().value(), (99.0 * 9'998'336 + 49'987'584) / 100);
}

TEST(Histogram, relative_error_stays_within_a_thousandth) {
  const Histogram histogram;
  for (const std::uint64_t value : random_values(11, 200'000)) {
    const Bin bin = histogram.bin_of(value);
    ASSERT_LE(bin.lowest, value);
    ASSERT_GE(bin.highest, value);
    ASSERT_LE(static_cast<double>(bin.highest - value), static_cast<double>(value) / 1000) << value;
    ASSERT_LE(static_cast<double>(value - bin.lowest), static_cast<double>(value) / 1000) << value;
  }
}

TEST(Histogram, percentiles_are_within_a_thousandth_of_the_sorted_values) {
  auto values = random_values(12, 10'000);
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const std::uint64_t value : values) sum += static_cast<double>(value);
  EXPECT_NEAR(histogram.mean().value(), sum / 10'000, sum / 10'000 / 1000);
  for (std::size_t rank = 1; rank <= values.size(); rank += 37) {  // every rank would take seconds under sanitizers
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto reported = static_cast<double>(histogram.value_at_percentile(static_cast<double>(rank) / 100).value());
    ASSERT_GE(reported, exact) << rank;
    ASSERT_LE(reported, exact * 1.001) << rank;
  }
}

TEST(Histogram, merging_equals_recording_both) {
  Histogram left;
  Histogram right;
  Histogram both;
  for (const std::uint64_t value : random_values(1, 5'000)) {
    left.record(value);
    both.record(value);
  }
  for (const std::uint64_t value : random_values(2, 5'000)) {
    right.record(value);
    both.record(value);
  }
  right.record_n(70'000'000'000, 3);
  both.record_n(70'000'000'000, 3);
  left.merge(right);
  EXPECT_EQ(left, both);
  EXPECT_EQ(left.overflow(), 3U);
}

TEST(Histogram, values_beyond_the_range_are_kept_at_its_end_and_counted) {
  Histogram histogram;
  histogram.record(60'000'000'000);
  EXPECT_EQ(histogram.overflow(), 0U);
  histogram.record(60'000'000'001);
  histogram.record(~0ULL);
  EXPECT_EQ(histogram.overflow(), 2U);
  EXPECT_EQ(histogram.total_count(), 3U);
  EXPECT_EQ(bins_in_use(histogram), (std::vector<Bin>{{59'995'324'416, 60'028'878'847, 3}}));
}

TEST(Histogram, cleared_is_as_new) {
  Histogram histogram;
  histogram.record(~0ULL);
  histogram.clear();
  EXPECT_EQ(histogram, Histogram());
}

TEST(Histogram, refuses_impossible_ranges_and_merges) {
  EXPECT_THROW(Histogram({.lowest_discernible = 0}), std::invalid_argument);
  EXPECT_THROW(Histogram({.lowest_discernible = (1ULL << 50U) + 1, .highest_trackable = 1ULL << 60U}),
               std::invalid_argument);
  EXPECT_THROW(Histogram({.lowest_discernible = 10, .highest_trackable = 19}), std::invalid_argument);
  EXPECT_THROW(Histogram({.highest_trackable = 1ULL << 62U}), std::invalid_argument);
  Histogram histogram;
  EXPECT_THROW(histogram.merge(Histogram({.highest_trackable = 1'000'000})), std::invalid_argument);
}

// The largest unit and the largest value: no shift may leave the 64 bits.
TEST(Histogram, works_at_the_edge_of_the_integers) {
  constexpr std::uint64_t kLargest = (1ULL << 62U) - 1;
  constexpr std::uint64_t kLargestUnit = 1ULL << 50U;
  for (const std::uint64_t unit : {std::uint64_t{1}, kLargestUnit}) {
    Histogram histogram({.lowest_discernible = unit, .highest_trackable = kLargest});
    histogram.record(kLargest);
    EXPECT_EQ(histogram.max(), kLargest) << unit;
    EXPECT_EQ(histogram.total_count(), 1U);
  }
}

}  // namespace
}  // namespace interleave
