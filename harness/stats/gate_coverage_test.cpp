// Does the gate keep what it promises? Simulated with fixed seeds under the kinds of noise that launches show; each
// limit leaves room for the chance of that many experiments and for nothing more.
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "harness/stats/gate.hpp"
#include "harness/stats/signed_rank.hpp"
#include "harness/stats/simulated_noise.hpp"

namespace interleave {
namespace {

constexpr std::size_t kScreen = 8;
constexpr std::size_t kConfirm = 12;

struct Kind {
  Noise noise;
  const char* name;
};
constexpr std::array kKinds{Kind{Noise::normal, "normal"}, Kind{Noise::lognormal, "lognormal"},
                            Kind{Noise::autocorrelated, "autocorrelated"}, Kind{Noise::slot_effect, "slot effect"},
                            Kind{Noise::drift, "drift"}};

Verdict gate(SimulatedPairs& pairs, double shift) {
  const auto screened = pairs.differences(kScreen, shift);
  if (screen(screened) == Screened::settled) return judge(screened, {}, kConfirm).verdict;
  return judge(screened, pairs.differences(kConfirm, shift), kConfirm).verdict;
}

double rate(Noise noise, double sigma, double shift, Verdict wanted, int gates) {
  SimulatedPairs pairs(noise, sigma, 17);
  int count = 0;
  for (int i = 0; i < gates; ++i) count += gate(pairs, shift) == wanted ? 1 : 0;
  return static_cast<double>(count) / gates;
}

// Share of experiments in which a lower bound lies above the true centre.
double missed(Noise noise, std::size_t n, double level, bool fixed_order = false) {
  constexpr int kExperiments = 5000;
  constexpr double kTrue = 0.04;
  SimulatedPairs pairs(noise, 0.03, n);
  int count = 0;
  for (int i = 0; i < kExperiments; ++i) {
    count += *lower_bound_of(pairs.differences(n, kTrue, fixed_order), level) > kTrue ? 1 : 0;
  }
  return static_cast<double>(count) / kExperiments;
}

TEST(GateCoverage, bounds_hold_under_every_kind_of_noise) {
  for (const Kind& kind : kKinds) {
    EXPECT_LE(missed(kind.noise, kScreen, 0.95), 0.05 + 3 * std::sqrt(0.05 * 0.95 / 5000)) << kind.name;
    EXPECT_LE(missed(kind.noise, kConfirm, 0.99), 0.01 + 3 * std::sqrt(0.01 * 0.99 / 5000)) << kind.name;
  }
}

TEST(GateCoverage, bounds_are_not_idly_wide) {
  EXPECT_GE(missed(Noise::normal, kScreen, 0.95), 0.03);
  EXPECT_GE(missed(Noise::normal, kConfirm, 0.99), 0.005);
}

TEST(GateCoverage, would_be_lost_without_the_random_order) {
  EXPECT_GT(missed(Noise::slot_effect, kScreen, 0.95, true), 0.5);
  EXPECT_GT(missed(Noise::drift, kScreen, 0.95, true), 0.05);
}

TEST(GateCoverage, equal_builds_are_called_a_regression_less_than_once_in_a_thousand) {
  constexpr int kGates = 3000;
  for (const Kind& kind : kKinds) {
    for (const double sigma : {0.01, 0.05}) {
      const double alarms = rate(kind.noise, sigma, 0, Verdict::regression, kGates);
      EXPECT_LE(alarms, 0.001) << kind.name << " " << sigma;
    }
  }
}

// The figures in gate.hpp. The spread of a difference is sqrt(2) x the spread of a launch.
TEST(GateCoverage, ten_percent_is_found_as_often_as_documented) {
  struct Power {
    double spread, found;
  };
  for (const Power& c : {Power{0.05, 0.99}, Power{0.06, 0.96}, Power{0.075, 0.82}}) {
    EXPECT_NEAR(rate(Noise::normal, c.spread / std::sqrt(2), std::log(1.1), Verdict::regression, 4000), c.found, 0.02)
        << c.spread;
  }
}

// What is called detectable is detected with about the power that the rule names: the formula is an approximation.
TEST(GateCoverage, the_minimum_detectable_effect_is_detected) {
  for (const double spread : {0.01, 0.03, 0.06, 0.09}) {
    const double effect = minimum_detectable_effect(spread, kScreen, kConfirm);
    const double found = rate(Noise::normal, spread / std::sqrt(2), difference_of(effect), Verdict::regression, 4000);
    EXPECT_GE(found, GateRule{}.power - 0.03) << spread << ", " << effect;
    EXPECT_LE(found, 0.97) << spread << ", " << effect;
  }
}

}  // namespace
}  // namespace interleave
