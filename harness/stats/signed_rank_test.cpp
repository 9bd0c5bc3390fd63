#include "harness/stats/signed_rank.hpp"

#include <cmath>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

nlohmann::json reference(const char* part) {
  std::ifstream in(INTERLEAVE_SOURCE_DIR "/harness/stats/reference.json");
  return nlohmann::json::parse(in).at(part);
}

TEST(SignedRankCdf, agrees_with_scipy) {
  for (const auto& c : reference("signed_rank_cdf")) {
    EXPECT_NEAR(signed_rank_cdf(c.at("n").get<std::size_t>(), c.at("t").get<std::size_t>()),
                c.at("cdf").get<double>(), 1e-10)
        << c;
  }
}

TEST(SignedRankCdf, is_a_distribution) {
  for (const std::size_t n : {1U, 2U, 8U, 12U, 50U}) {
    EXPECT_DOUBLE_EQ(signed_rank_cdf(n, 0), std::pow(0.5, n));
    EXPECT_DOUBLE_EQ(signed_rank_cdf(n, n * (n + 1) / 2), 1);
  }
  EXPECT_THROW((void)signed_rank_cdf(kMaxPairs + 1, 0), std::invalid_argument);
}

// The table in the header, and the known critical values: at most so many rank sums have at most that probability.
TEST(SignedRankBound, is_the_rank_of_the_published_tables) {
  struct Case {
    std::size_t n;
    double level;
    std::size_t rank;
  };
  for (const Case& c : {Case{4, 0.95, 0}, Case{5, 0.95, 1}, Case{6, 0.99, 0}, Case{7, 0.95, 4}, Case{7, 0.99, 1},
                        Case{8, 0.95, 6}, Case{8, 0.99, 2}, Case{10, 0.95, 11}, Case{12, 0.95, 18},
                        Case{12, 0.99, 10}, Case{20, 0.95, 61}, Case{20, 0.99, 44}}) {
    EXPECT_EQ(signed_rank_bound(c.n, c.level), c.rank) << c.n << " at " << c.level;
  }
}

void expect_near_or_none(const std::optional<double>& got, const nlohmann::json& expected) {
  ASSERT_EQ(got.has_value(), !expected.is_null());
  if (!got) return;
  EXPECT_NEAR(*got, expected.get<double>(), 1e-9);
}

TEST(SignedRank, agrees_with_scipys_test_turned_round) {
  for (const auto& c : reference("signed_rank")) {
    const auto values = c.at("values").get<std::vector<double>>();
    EXPECT_NEAR(centre_of(values), c.at("centre").get<double>(), 1e-10);
    expect_near_or_none(lower_bound_of(values, 0.95), c.at("low95"));
    expect_near_or_none(lower_bound_of(values, 0.99), c.at("low99"));
    expect_near_or_none(upper_bound_of(values, 0.95), c.at("high95"));
    expect_near_or_none(upper_bound_of(values, 0.99), c.at("high99"));
  }
}

TEST(SignedRank, is_not_moved_by_one_wild_pair) {
  std::vector<double> values{0.01, -0.02, 0.015, -0.01, 0.005, 0.0, -0.005, 3.0};
  EXPECT_LT(std::abs(centre_of(values)), 0.02);
  EXPECT_LT(*lower_bound_of(values, 0.95), 0);
}

TEST(SignedRank, of_ties_gives_bounds_that_hold_them) {
  const std::vector<double> equal(8, 0.0);
  EXPECT_EQ(centre_of(equal), 0);
  EXPECT_EQ(lower_bound_of(equal, 0.95), 0);
  EXPECT_EQ(upper_bound_of(equal, 0.95), 0);
}

}  // namespace
}  // namespace interleave
