#include "harness/stats/interval.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/rng.hpp"
#include "harness/stats/simulated_noise.hpp"

namespace interleave {
namespace {

nlohmann::json reference(const char* part) {
  std::ifstream in(INTERLEAVE_SOURCE_DIR "/harness/stats/reference.json");
  return nlohmann::json::parse(in).at(part);
}

std::vector<double> lognormal_sample(SplitMix64& random, std::size_t count, double sigma) {
  std::vector<double> values(count);
  for (double& value : values) value = 100 * std::exp(sigma * normal(random));
  return values;
}

TEST(StudentT, agrees_with_scipy) {
  for (const auto& c : reference("student_t")) {
    const double expected = c.at("quantile").get<double>();
    EXPECT_NEAR(student_t_quantile(c.at("level").get<double>(), c.at("degrees_of_freedom").get<std::size_t>()),
                expected, 1e-8 * expected);
  }
}

TEST(EstimateOverRepetitions, agrees_with_scipy) {
  for (const auto& c : reference("intervals")) {
    const auto values = c.at("values").get<std::vector<double>>();
    const Estimate got = estimate_over_repetitions(values);
    ASSERT_TRUE(got.low && got.high);
    EXPECT_NEAR(got.estimate, c.at("estimate").get<double>(), 1e-6);
    EXPECT_NEAR(*got.low, c.at("low").get<double>(), 1e-6);
    EXPECT_NEAR(*got.high, c.at("high").get<double>(), 1e-6);
  }
}

TEST(RatioOverRepetitions, agrees_with_scipy) {
  for (const auto& c : reference("ratios")) {
    const Estimate got =
        ratio_over_repetitions(c.at("base").get<std::vector<double>>(), c.at("head").get<std::vector<double>>());
    ASSERT_TRUE(got.low && got.high);
    EXPECT_NEAR(got.estimate, c.at("estimate").get<double>(), 1e-8);
    EXPECT_NEAR(*got.low, c.at("low").get<double>(), 1e-8);
    EXPECT_NEAR(*got.high, c.at("high").get<double>(), 1e-8);
  }
}

TEST(RatioOverRepetitions, of_one_launch_has_no_interval_and_of_equal_ones_no_width) {
  const std::vector<double> one{2};
  const std::vector<double> equal{3, 3};
  EXPECT_EQ(ratio_over_repetitions(one, equal).estimate, 1.5);
  EXPECT_FALSE(ratio_over_repetitions(one, equal).low);
  const Estimate got = ratio_over_repetitions(equal, equal);
  EXPECT_EQ(got.low, 1);
  EXPECT_EQ(got.high, 1);
}

TEST(EstimateOverRepetitions, of_one_repetition_has_no_interval) {
  const std::vector<double> one{7};
  const Estimate got = estimate_over_repetitions(one);
  EXPECT_EQ(got.estimate, 7);
  EXPECT_FALSE(got.low || got.high);
}

TEST(EstimateOverRepetitions, always_holds_its_estimate) {
  // One wild launch of many pulls the mean of the logs away from the median.
  std::vector<double> values(20, 100.0);
  values.back() = 100'000;
  const Estimate got = estimate_over_repetitions(values);
  EXPECT_EQ(got.estimate, 100);
  EXPECT_LE(*got.low, 100);
  EXPECT_GE(*got.high, 100);
}

TEST(EstimateOverRepetitions, takes_values_that_can_vanish) {
  const std::vector<double> values{0, 0, 1, 2, 0, 1};
  const Estimate got = estimate_over_repetitions(values);
  EXPECT_EQ(got.estimate, 0.5);
  EXPECT_LT(*got.low, 0.5);
  EXPECT_GT(*got.high, 0.5);
}

struct Coverage {
  std::size_t repetitions;
  double sigma;
};

// Of 4000 simulated experiments, 95 % (standard error 0.35 %) must have the true median in their interval.
TEST(EstimateOverRepetitions, covers_the_truth_as_often_as_it_says) {
  for (const Coverage& c : {Coverage{3, 0.05}, Coverage{6, 0.05}, Coverage{6, 0.5}, Coverage{10, 0.05}}) {
    SplitMix64 random(c.repetitions);
    constexpr int kExperiments = 4000;
    int covered = 0;
    for (int i = 0; i < kExperiments; ++i) {
      const Estimate got = estimate_over_repetitions(lognormal_sample(random, c.repetitions, c.sigma));
      covered += *got.low <= 100 && 100 <= *got.high ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(covered) / kExperiments, 0.95, 0.015) << c.repetitions << ", sigma " << c.sigma;
  }
}

// Width of the 95 % percentile bootstrap interval of the geometric mean: another way to the same answer, good for
// many repetitions and too narrow for few.
double bootstrap_width(const std::vector<double>& values) {
  SplitMix64 random(1);
  std::vector<double> means(4000);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += std::log(values[random.next() % values.size()]);
    mean = std::exp(sum / static_cast<double>(values.size()));
  }
  std::sort(means.begin(), means.end());
  return means[3900] - means[100];
}

TEST(EstimateOverRepetitions, agrees_with_the_bootstrap_where_that_is_good) {
  SplitMix64 random(11);
  const auto width = [](const Estimate& e) { return *e.high - *e.low; };
  const auto many = lognormal_sample(random, 200, 0.1);
  EXPECT_NEAR(bootstrap_width(many) / width(estimate_over_repetitions(many)), 1, 0.07);
  // sqrt(5/6) x 1.96 / 2.57 = 0.70 of the t interval at six repetitions.
  const auto few = lognormal_sample(random, 6, 0.1);
  EXPECT_NEAR(bootstrap_width(few) / width(estimate_over_repetitions(few)), 0.70, 0.08);
}

TEST(Outliers, are_launches_far_from_the_others) {
  EXPECT_TRUE(outliers(std::vector<double>{100, 101, 99, 100.5, 102, 98}).empty());
  EXPECT_EQ(outliers(std::vector<double>{100, 101, 40, 100.5, 102, 98}), std::vector<std::size_t>{2});
  EXPECT_TRUE(outliers(std::vector<double>{100, 100, 100, 104}).empty()) << "4 % is not far, however steady the rest";
  EXPECT_TRUE(outliers(std::vector<double>{1, 100}).empty()) << "of two, neither is the other's outlier";
}

TEST(Median, of_odd_and_even_numbers_of_values) {
  EXPECT_EQ(median(std::vector<double>{3, 1, 2}), 2);
  EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median(std::vector<double>{9}), 9);
}

}  // namespace
}  // namespace interleave
