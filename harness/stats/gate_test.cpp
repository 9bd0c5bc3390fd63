#include "harness/stats/gate.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace interleave {
namespace {

// Differences spread a little about a centre, symmetric.
std::vector<double> about(double centre, std::size_t count, double step = 0.001) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(centre + step * (static_cast<double>(i) - static_cast<double>(count - 1) / 2));
  }
  return values;
}

TEST(PairDifference, is_positive_where_the_head_is_worse) {
  EXPECT_NEAR(pair_difference(100, 110, Direction::smaller_is_better), std::log(1.1), 1e-12);
  EXPECT_NEAR(pair_difference(110, 100, Direction::larger_is_better), std::log(1.1), 1e-12);
  EXPECT_NEAR(effect_of(pair_difference(100, 110, Direction::smaller_is_better)), 0.10, 1e-12);
  EXPECT_NEAR(effect_of(difference_of(0.07)), 0.07, 1e-12);
}

struct GateCase {
  const char* what;
  double screened, confirmed;  // centres; confirmed 0 pairs if the screen settles it
  Verdict verdict;
};

TEST(Judge, gives_the_verdict_that_the_pairs_allow) {
  for (const GateCase& c :
       {GateCase{"no difference", 0.0, 0, Verdict::ok}, GateCase{"a true slowdown", 0.10, 0.10, Verdict::regression},
        GateCase{"a true speed-up", -0.10, -0.10, Verdict::improved},
        GateCase{"the screen was bad luck", 0.05, 0.0, Verdict::ok},
        GateCase{"real but below the threshold", 0.04, 0.04, Verdict::ok},
        GateCase{"a lucky screen of a slow build", -0.05, 0.20, Verdict::regression}}) {
    const auto screened = about(c.screened, 8);
    const bool settled = screen(screened) == Screened::settled;
    const GateResult got = judge(screened, settled ? std::vector<double>{} : about(c.confirmed, 12), 12);
    EXPECT_EQ(got.verdict, c.verdict) << c.what;
  }
}

TEST(Judge, decides_on_the_fresh_pairs_alone) {
  const GateResult got = judge(about(0.30, 8), about(0.06, 12), 12);
  EXPECT_EQ(got.verdict, Verdict::regression);
  EXPECT_NEAR(*got.effect, effect_of(0.06), 1e-9);
  EXPECT_EQ(got.screen_pairs, 8U);
  EXPECT_EQ(got.confirm_pairs, 12U);
}

TEST(Judge, of_a_suspicion_without_confirmation_is_inconclusive) {
  EXPECT_EQ(judge(about(0.10, 8), {}, 12).verdict, Verdict::inconclusive);
}

TEST(Judge, of_wide_noise_is_inconclusive_and_says_what_it_could_have_seen) {
  const GateResult got = judge(about(0.0, 8, 0.06), {}, 12);
  EXPECT_EQ(got.verdict, Verdict::inconclusive);
  EXPECT_GT(*got.minimum_detectable, 0.10);
}

TEST(Judge, of_too_few_pairs_is_inconclusive) {
  EXPECT_EQ(judge({}, {}, 12).verdict, Verdict::inconclusive);
  EXPECT_FALSE(judge({}, {}, 12).effect.has_value());
  EXPECT_EQ(judge(about(0, 4), {}, 12).verdict, Verdict::inconclusive) << "four pairs have no 95 % bound";
  EXPECT_EQ(judge(about(0.1, 8), about(0.1, 6), 12).verdict, Verdict::inconclusive) << "six have no 99 % bound";
}

TEST(EffectThreshold, rises_with_the_noise_of_the_cell) {
  EXPECT_EQ(effect_threshold(0.01, 12), 0.05);
  EXPECT_GT(effect_threshold(0.10, 12), 0.05);
}

TEST(Spread, does_not_depend_on_where_the_centre_lies) {
  EXPECT_NEAR(spread_of(about(0.3, 8)), spread_of(about(0.0, 8)), 1e-12);
  EXPECT_EQ(spread_of(std::vector<double>{0.1}), 0);
  // The stages of one cell may have different centres: that is no spread.
  EXPECT_LT(judge(about(0.3, 8), about(0.1, 12), 12).spread, 0.01);
}

}  // namespace
}  // namespace interleave
