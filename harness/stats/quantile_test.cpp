#include "harness/stats/quantile.hpp"

#include <array>
#include <cmath>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

nlohmann::json reference(const char* part) {
  std::ifstream in(INTERLEAVE_SOURCE_DIR "/harness/stats/reference.json");
  return nlohmann::json::parse(in).at(part);
}

ValueCounts histogram_of(const std::vector<std::uint64_t>& values) {
  std::map<std::uint64_t, std::uint64_t> bins;
  for (const std::uint64_t value : values) ++bins[value];
  return {bins.begin(), bins.end()};
}

TEST(Quantile, agrees_with_numpy) {
  for (const auto& c : reference("quantiles")) {
    const ValueCounts histogram = histogram_of(c.at("values").get<std::vector<std::uint64_t>>());
    for (const auto& expected : c.at("quantiles")) {
      EXPECT_EQ(quantile(histogram, expected.at("q").get<double>()), expected.at("value").get<std::uint64_t>())
          << expected << " of " << total_count(histogram);
    }
  }
}

TEST(QuantileRanks, agree_with_scipy) {
  for (const auto& c : reference("ranks")) {
    const RankInterval got = quantile_ranks(c.at("samples").get<std::uint64_t>(), c.at("q").get<double>());
    EXPECT_EQ(got.low, c.at("low").get<std::uint64_t>()) << c;
    EXPECT_EQ(got.high, c.at("high").get<std::uint64_t>()) << c;
  }
}

TEST(QuantileInterval, covers_the_true_quantile_as_often_as_it_says) {
  SplitMix64 random(1);
  constexpr int kExperiments = 1000;
  constexpr double kTrueP90 = 1000 * 2.302585093;  // of an exponential with mean 1000
  int covered = 0;
  for (int i = 0; i < kExperiments; ++i) {
    std::vector<std::uint64_t> values(400);
    for (auto& value : values) value = static_cast<std::uint64_t>(-1000 * std::log(unit_interval(random.next())));
    const auto interval = quantile_interval(histogram_of(values), 0.9);
    ASSERT_TRUE(interval.has_value());
    covered += static_cast<double>(interval->low) <= kTrueP90 && kTrueP90 <= static_cast<double>(interval->high) + 1;
  }
  EXPECT_GE(covered, 0.94 * kExperiments);
  EXPECT_LE(covered, 0.98 * kExperiments);
}

TEST(Quantile, is_given_only_where_twenty_samples_lie_beyond) {
  struct Case {
    std::uint64_t samples;
    double q;
    bool supported;
  };
  for (const Case& c : {Case{40, 0.5, true}, Case{39, 0.5, false}, Case{200, 0.9, true}, Case{199, 0.9, false},
                        Case{2000, 0.99, true}, Case{1999, 0.99, false}, Case{20'000, 0.999, true},
                        Case{19'999, 0.999, false}, Case{0, 0.5, false}}) {
    EXPECT_EQ(quantile_is_supported(c.samples, c.q), c.supported) << c.samples << " at " << c.q;
  }
  EXPECT_FALSE(quantile_interval({{5, 199}}, 0.9).has_value());
  EXPECT_TRUE(quantile_interval({{5, 200}}, 0.9).has_value());
}

TEST(Merge, adds_counts_bin_by_bin) {
  const ValueCounts a{{1, 2}, {5, 1}};
  const ValueCounts b{{1, 3}, {9, 4}};
  const std::array<const ValueCounts*, 2> both{&a, &b};
  EXPECT_EQ(merge(both), (ValueCounts{{1, 5}, {5, 1}, {9, 4}}));
}

TEST(MeanValue, weighs_by_count) {
  EXPECT_EQ(mean_value({{10, 3}, {50, 1}}), 20);
  EXPECT_EQ(mean_value({}), std::nullopt);
}

TEST(QuantileWithLost, ranks_the_lost_above_all_others) {
  const ValueCounts ten{{1, 5}, {2, 4}, {3, 1}};
  EXPECT_EQ(quantile_with_lost(ten, 0, 0.5), 1U);
  EXPECT_EQ(quantile_with_lost(ten, 2, 0.5), 2U) << "the sixth of twelve";
  EXPECT_EQ(quantile_with_lost(ten, 10, 0.5), 3U) << "the tenth of twenty";
  EXPECT_FALSE(quantile_with_lost(ten, 11, 0.5).has_value());
  EXPECT_FALSE(quantile_with_lost(ten, 1, 0.99).has_value());
}

}  // namespace
}  // namespace interleave
