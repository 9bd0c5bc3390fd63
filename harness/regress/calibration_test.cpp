#include "harness/regress/calibration.hpp"

#include <vector>

#include <gmock/gmock.h>

#include "harness/stats/simulated_noise.hpp"

namespace interleave {
namespace {

std::vector<double> equal_builds(double sigma) {
  return SimulatedPairs(Noise::normal, sigma, 5).differences(48, 0);
}

TEST(ResampleGates, of_equal_builds_hardly_ever_alarms_and_finds_what_is_there) {
  const std::vector<double> differences = equal_builds(0.02);
  const GateCounts equal = resample_gates(differences, 0, {}, 1000, 1);
  EXPECT_EQ(equal.gates, 1000U);
  EXPECT_LE(equal.regression, 2U);
  EXPECT_GE(equal.ok, 990U);
  EXPECT_GE(resample_gates(differences, 0.10, {}, 1000, 1).regression, 990U);
  EXPECT_GE(resample_gates(differences, -0.10, {}, 1000, 1).improved, 990U);
}

TEST(ResampleGates, counts_every_gate_once) {
  const GateCounts counts = resample_gates(equal_builds(0.08), 0.1, {}, 500, 2);
  EXPECT_EQ(counts.regression + counts.improved + counts.ok + counts.inconclusive, 500U);
  EXPECT_GT(counts.inconclusive, 0U);
}

TEST(Calibration, has_a_row_for_each_gating_figure_with_its_bound) {
  GateFigure cpu;
  cpu.cell = {"libuv_loop", "one_call", 64};
  cpu.kind = figure_kinds()[0];
  SplitMix64 random(9);
  for (int i = 0; i < 48; ++i) {
    cpu.base.push_back(20 * std::exp(0.01 * normal(random)));
    cpu.head.push_back(20 * std::exp(0.01 * normal(random)));
  }
  GateFigure p99 = cpu;
  p99.kind = figure_kinds()[3];
  GateReport report;
  report.figures = {cpu, p99};
  const std::string table = calibration_markdown(report, {}, 200, 1);
  EXPECT_THAT(table, testing::HasSubstr("| libuv_loop one_call c64 | cpu_us_per_request | 48 | 1."));
  EXPECT_THAT(table, testing::HasSubstr("0/200 (at most 1.83 %)"));
  EXPECT_THAT(table, testing::Not(testing::HasSubstr("p99_ms")));
}

}  // namespace
}  // namespace interleave
