#include "harness/load/hdr_bins.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/hdr_codec.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(HdrBins, are_the_highest_values_of_bins_in_microseconds) {
  Histogram histogram;
  histogram.record_n(42, 2);          // 0.042 us
  histogram.record_n(499, 1);         // still 0 us
  histogram.record_n(1'400, 3);       // 1.4 us
  histogram.record_n(10'000'000, 5);  // the bin ends at 10,002,431 ns
  const auto bins = hdr_bins_us(encode_hdr(histogram));
  ASSERT_TRUE(bins.has_value());
  EXPECT_THAT(*bins, ElementsAre(std::pair(0, 3), std::pair(1, 3), std::pair(10'002, 5)));
}

TEST(HdrBins, of_nothing_are_none) {
  const auto bins = hdr_bins_us(encode_hdr(Histogram{}));
  ASSERT_TRUE(bins.has_value());
  EXPECT_THAT(*bins, IsEmpty());
}

TEST(HdrBins, of_another_text_are_refused) {
  EXPECT_FALSE(hdr_bins_us("").has_value());
  EXPECT_FALSE(hdr_bins_us("HISTFAAAA").has_value());
  EXPECT_FALSE(hdr_bins_us("<html>").has_value());
}

}  // namespace
}  // namespace interleave
