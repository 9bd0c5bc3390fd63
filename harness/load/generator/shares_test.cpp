#include "harness/load/generator/shares.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Shares, equal_shares_are_fair) {
  const ConnectionShares shares = summarize_shares({{5, 5, true}, {5, 5, true}, {6, 5, false}});
  EXPECT_EQ(shares.alive, 2U);
  EXPECT_EQ(shares.used, 3U);
  EXPECT_EQ(shares.starved, 0U);
  EXPECT_DOUBLE_EQ(shares.jain, 1);
}

TEST(Shares, one_that_has_all_is_not) {
  const ConnectionShares shares = summarize_shares({{9, 9, true}, {1, 0, true}, {1, 0, true}, {1, 0, true}});
  EXPECT_EQ(shares.starved, 3U);
  EXPECT_DOUBLE_EQ(shares.jain, 0.25);
  EXPECT_EQ(shares.least, 0U);
  EXPECT_EQ(shares.median, 0U);
  EXPECT_EQ(shares.most, 9U);
}

TEST(Shares, a_connection_nobody_needed_is_not_starved) {
  const ConnectionShares shares = summarize_shares({{3, 3, true}, {0, 0, true}});
  EXPECT_EQ(shares.used, 1U);
  EXPECT_EQ(shares.starved, 0U);
  EXPECT_EQ(summarize_shares({}).used, 0U);
}

}  // namespace
}  // namespace interleave
