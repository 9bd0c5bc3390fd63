#include "core/base/hdr_log.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/base/hdr_codec.hpp"

namespace interleave {
namespace {

using std::chrono::milliseconds;

Histogram example() {
  Histogram histogram;
  histogram.record_n(1'000'000, 3);
  histogram.record_n(10'000'000, 5);
  histogram.record(50'000'000);
  return histogram;
}

TEST(HdrLog, head_names_the_format_and_the_start) {
  const std::chrono::system_clock::time_point start{milliseconds{1'441'812'279'474}};
  EXPECT_EQ(hdr_log_head("one\ncomment", start),
            "#[one comment]\n"
            "#[Histogram log format version 1.3]\n"
            "#[StartTime: 1441812279.474 (seconds since epoch), 2015-09-09T15:24:39Z]\n"
            "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n");
}

TEST(HdrLog, line_holds_times_maximum_and_histogram) {
  const std::string encoded = encode_hdr(example());
  EXPECT_EQ(hdr_log_line({.start = milliseconds{127}, .length = milliseconds{1007}, .tag = {}}, example()),
            "0.127,1.007,50.004," + encoded + "\n");
  EXPECT_EQ(hdr_log_line({.start = milliseconds{0}, .length = milliseconds{1000}, .tag = "service"}, example()),
            "Tag=service,0.000,1.000,50.004," + encoded + "\n");
  EXPECT_TRUE(hdr_log_line({}, Histogram()).starts_with("0.000,0.000,0.000,HISTF"));
}

// As hdr-histogram-js 3.0.1 prints it, to the character.
TEST(HdrLog, percentiles_halve_the_distance_to_all) {
  EXPECT_EQ(hdr_percentiles(example()), R"(       Value     Percentile TotalCount 1/(1-Percentile)

       1.000 0.000000000000          3           1.00
       1.000 0.100000000000          3           1.11
       1.000 0.200000000000          3           1.25
       1.000 0.300000000000          3           1.43
      10.002 0.400000000000          8           1.67
      10.002 0.500000000000          8           2.00
      10.002 0.550000000000          8           2.22
      10.002 0.600000000000          8           2.50
      10.002 0.650000000000          8           2.86
      10.002 0.700000000000          8           3.33
      10.002 0.750000000000          8           4.00
      10.002 0.775000000000          8           4.44
      10.002 0.800000000000          8           5.00
      10.002 0.825000000000          8           5.71
      10.002 0.850000000000          8           6.67
      10.002 0.875000000000          8           8.00
      10.002 0.887500000000          8           8.89
      50.004 0.900000000000          9          10.00
      50.004 1.000000000000          9
#[Mean    =       11.442, StdDeviation   =       14.233]
#[Max     =       50.004, Total count    =            9]
#[Buckets =           26, SubBuckets     =         2048]
)");
}

TEST(HdrLog, percentiles_of_nothing_are_a_table_without_rows) {
  EXPECT_EQ(hdr_percentiles(Histogram()), R"(       Value     Percentile TotalCount 1/(1-Percentile)

#[Mean    =        0.000, StdDeviation   =        0.000]
#[Max     =        0.000, Total count    =            0]
#[Buckets =           26, SubBuckets     =         2048]
)");
}

// Counts near 2^62: the level may not creep up to 100 % for ever.
TEST(HdrLog, percentiles_end_for_enormous_counts) {
  Histogram histogram;
  histogram.record_n(1'000'000, (1ULL << 62U) - 1);
  histogram.record(2'000'000);
  const std::string text = hdr_percentiles(histogram);
  EXPECT_LT(text.size(), 40'000U);
  EXPECT_NE(text.find("1.000000000000 4611686018427387904\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace interleave
