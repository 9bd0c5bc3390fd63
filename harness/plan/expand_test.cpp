#include <map>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

class Expand : public testing::Test {
 protected:
  Expand() {
    workload_.name = "one_call";
    workload_.load.connections = {1, 64, 256};
    plan_.name = "p";
    plan_.repetitions = 6;
    plan_.seed = 3;
  }
  [[nodiscard]] std::vector<TrialSpec> expanded() const {
    const std::vector<WorkloadModels> cells{{.workload = &workload_, .models = {"a", "b"}}};
    return expand(plan_, cells);
  }
  static std::vector<std::string> ids(const std::vector<TrialSpec>& trials) {
    std::vector<std::string> names;
    names.reserve(trials.size());
    for (const TrialSpec& spec : trials) names.push_back(trial_id(spec));
    return names;
  }

  Workload workload_;
  Plan plan_;
};

TEST_F(Expand, takes_the_loads_of_the_plan_then_of_the_cells_then_of_the_workload) {
  EXPECT_EQ(loads_of(plan_, workload_), (std::vector<std::uint32_t>{1, 64, 256}));
  plan_.cells = {{.workloads = {"other"}, .connections = {3}},
                 {.workloads = {"one_call", "other"}, .connections = {8, 2}},
                 {.workloads = {"one_call"}, .connections = {2, 4}}};
  EXPECT_EQ(loads_of(plan_, workload_), (std::vector<std::uint32_t>{8, 2, 4}));
  plan_.connections = {5};
  EXPECT_EQ(loads_of(plan_, workload_), (std::vector<std::uint32_t>{5}));
}

TEST_F(Expand, every_repetition_is_a_block_with_each_cell_once) {
  std::map<std::tuple<std::string, std::uint32_t>, std::vector<std::uint32_t>> repetitions;
  std::uint32_t last = 1;
  for (const TrialSpec& spec : expanded()) {
    if (spec.purpose != Purpose::measure) continue;
    EXPECT_GE(spec.repetition, last);  // blocks do not overlap
    last = spec.repetition;
    repetitions[{spec.model, spec.connections}].push_back(spec.repetition);
  }
  EXPECT_EQ(repetitions.size(), 6U);
  for (const auto& [cell, seen] : repetitions) {
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6})) << std::get<0>(cell);
  }
}

TEST_F(Expand, calibration_is_spread_over_the_blocks) {
  std::map<Purpose, std::set<std::uint32_t>> blocks;
  std::map<Purpose, int> trials;
  std::uint32_t block = 1;
  for (const TrialSpec& spec : expanded()) {
    if (spec.purpose == Purpose::measure) {
      block = spec.repetition;
      continue;
    }
    EXPECT_EQ(spec.connections, spec.purpose == Purpose::calibrate_d1 ? 1U : 64U);
    ++trials[spec.purpose];
    blocks[spec.purpose].insert(spec.repetition);
  }
  EXPECT_EQ(block, 6U);
  EXPECT_EQ(trials[Purpose::calibrate_d1], 6);  // two models, three repetitions
  EXPECT_EQ(trials[Purpose::calibrate_cpu], 6);
  EXPECT_EQ(blocks[Purpose::calibrate_cpu].size(), 3U);
}

TEST_F(Expand, is_shuffled_by_the_seed_and_by_nothing_else) {
  const auto first = ids(expanded());
  EXPECT_EQ(first, ids(expanded()));
  plan_.seed = 4;
  EXPECT_NE(first, ids(expanded()));
}

TEST_F(Expand, orders_differ_between_blocks) {
  std::map<std::uint32_t, std::vector<std::tuple<std::string, std::uint32_t>>> orders;
  for (const TrialSpec& spec : expanded()) {
    if (spec.purpose == Purpose::measure) orders[spec.repetition].emplace_back(spec.model, spec.connections);
  }
  std::set<std::vector<std::tuple<std::string, std::uint32_t>>> distinct;
  for (const auto& [repetition, order] : orders) distinct.insert(order);
  EXPECT_GE(distinct.size(), 5U);
}

TEST_F(Expand, models_and_loads_share_the_backend_seed_of_a_repetition_and_calibration_has_others) {
  std::map<std::uint32_t, std::set<std::uint64_t>> measured;
  std::set<std::uint64_t> all_measured, calibrated;
  for (const TrialSpec& spec : expanded()) {
    EXPECT_LT(spec.seed, std::uint64_t{1} << 53U);
    if (spec.purpose == Purpose::measure) {
      measured[spec.repetition].insert(spec.seed);
      all_measured.insert(spec.seed);
    } else {
      calibrated.insert(spec.seed);
    }
  }
  for (const auto& [repetition, seeds] : measured) EXPECT_EQ(seeds.size(), 1U);
  EXPECT_EQ(all_measured.size(), 6U);
  EXPECT_EQ(calibrated.size(), 6U);
  for (const std::uint64_t seed : calibrated) EXPECT_FALSE(all_measured.contains(seed));
}

TEST_F(Expand, takes_connections_from_the_plan_before_the_workload) {
  plan_.connections = {8};
  plan_.repetitions = 1;
  plan_.calibration.repetitions = 0;
  const auto trials = expanded();
  ASSERT_EQ(trials.size(), 2U);
  EXPECT_EQ(trials[0].connections, 8U);
}

TEST_F(Expand, numbers_trials_from_one_in_the_order_they_run) {
  const auto trials = expanded();
  for (std::size_t i = 0; i < trials.size(); ++i) EXPECT_EQ(trials[i].index, i + 1);
}

TEST_F(Expand, more_calibrations_than_repetitions_all_run) {
  plan_.repetitions = 1;
  plan_.calibration.repetitions = 3;
  EXPECT_EQ(expanded().size(), 6U + 12U);
}

TEST(TrialId, names_place_model_workload_load_and_repetition) {
  TrialSpec spec;
  spec.index = 7;
  spec.model = "libuv_loop";
  spec.workload = "one_call";
  spec.connections = 64;
  spec.repetition = 2;
  EXPECT_EQ(trial_id(spec), "0007-libuv_loop-one_call-c64-r2");
  spec.purpose = Purpose::calibrate_cpu;
  EXPECT_EQ(trial_id(spec), "0007-libuv_loop-one_call-c64.cpu-r2");
  spec.purpose = Purpose::calibrate_d1;
  spec.index = 12345;
  spec.connections = 1;
  EXPECT_EQ(trial_id(spec), "12345-libuv_loop-one_call-c1.d1-r2");
}

TEST(EstimateTime, adds_warmup_duration_and_overhead_of_each) {
  TrialSpec spec;
  spec.warmup = std::chrono::milliseconds(500);
  spec.duration = std::chrono::seconds(2);
  const std::vector<TrialSpec> trials(10, spec);
  EXPECT_EQ(estimate_time(trials, std::chrono::milliseconds(1500)), std::chrono::seconds(40));
}

}  // namespace
}  // namespace interleave
