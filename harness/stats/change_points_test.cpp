#include "harness/stats/change_points.hpp"

#include <gmock/gmock.h>

#include "core/base/rng.hpp"
#include "harness/stats/simulated_noise.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<double> noisy_steps(std::initializer_list<std::pair<std::size_t, double>> steps, double sigma,
                                std::uint64_t seed) {
  SplitMix64 random(seed);
  std::vector<double> values;
  for (const auto& [count, level] : steps) {
    for (std::size_t i = 0; i < count; ++i) values.push_back(level + sigma * normal(random));
  }
  return values;
}

TEST(ChangePoints, are_found_where_the_level_changed) {
  EXPECT_THAT(change_points(noisy_steps({{10, 1.0}, {10, 1.2}}, 0.02, 1)), ElementsAre(10));
  EXPECT_THAT(change_points(noisy_steps({{12, 1.0}, {9, 1.2}, {11, 0.9}}, 0.02, 2)), ElementsAre(12, 21));
}

TEST(ChangePoints, do_not_exist_in_a_constant_or_a_short_series) {
  EXPECT_THAT(change_points(std::vector<double>(30, 5.0)), IsEmpty());
  EXPECT_THAT(change_points(std::vector<double>{}), IsEmpty());
  EXPECT_THAT(change_points(std::vector<double>{1, 1, 1, 9, 9, 9}), IsEmpty()) << "two of twenty orders do the same";
}

TEST(ChangePoints, are_the_same_every_time) {
  const std::vector<double> values = noisy_steps({{15, 1.0}, {15, 1.05}}, 0.03, 3);
  EXPECT_EQ(change_points(values), change_points(values));
}

TEST(ChangePoints, one_outlier_is_none) {
  std::vector<double> values = noisy_steps({{25, 1.0}}, 0.02, 4);
  values[12] = 2.0;
  EXPECT_THAT(change_points(values), IsEmpty());
}

TEST(ChangePoints, of_noise_alone_are_as_rare_as_the_level_says) {
  std::size_t alarms = 0;
  constexpr std::size_t kSeries = 300;
  for (std::uint64_t seed = 1; seed <= kSeries; ++seed) {
    if (!change_points(noisy_steps({{20, 1.0}}, 0.05, 1000 + seed)).empty()) ++alarms;
  }
  EXPECT_LE(alarms, 9U) << "3 expected; 9 is the 99.9 % quantile of 300 at 1 %";
}

}  // namespace
}  // namespace interleave
