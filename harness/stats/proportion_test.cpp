#include "harness/stats/proportion.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

TEST(ProportionInterval, agrees_with_scipy) {
  std::ifstream in(INTERLEAVE_SOURCE_DIR "/harness/stats/reference.json");
  const auto reference = nlohmann::json::parse(in);
  for (const auto& c : reference.at("proportions")) {
    const ProportionInterval got = proportion_interval(
        c.at("happened").get<std::uint64_t>(), c.at("trials").get<std::uint64_t>(), c.at("level").get<double>());
    EXPECT_NEAR(got.low, c.at("low").get<double>(), 1e-9) << c;
    EXPECT_NEAR(got.high, c.at("high").get<double>(), 1e-9) << c;
  }
}

TEST(ProportionInterval, of_no_trials_says_nothing) {
  EXPECT_EQ(proportion_interval(0, 0).low, 0);
  EXPECT_EQ(proportion_interval(0, 0).high, 1);
}

}  // namespace
}  // namespace interleave
