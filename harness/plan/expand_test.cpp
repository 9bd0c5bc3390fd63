#include <map>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;

class Expand : public testing::Test {
 protected:
  Expand() {
    workload_.name = "one_call";
    workload_.load.connections = {1, 64, 256};
    plan_.name = "p";
    plan_.repetitions = 6;
    plan_.seed = 3;
  }
  // "wrk 64", "interleave 250/s", in order.
  [[nodiscard]] std::vector<std::string> loads() const {
    std::vector<std::string> names;
    for (const CellLoad& load : loads_of(plan_, workload_)) names.push_back(load.driver + " " + short_name(load));
    return names;
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
  EXPECT_THAT(loads(), ElementsAre("wrk 1", "wrk 64", "wrk 256"));
  plan_.cells = {{.workloads = {"other"}, .connections = {3}, .driver = {}, .rates = {}},
                 {.workloads = {"one_call", "other"}, .connections = {8, 2}, .driver = {}, .rates = {}},
                 {.workloads = {"one_call"}, .connections = {2, 4}, .driver = {}, .rates = {}}};
  EXPECT_THAT(loads(), ElementsAre("wrk 8", "wrk 2", "wrk 4"));
  plan_.connections = {5};
  EXPECT_THAT(loads(), ElementsAre("wrk 5"));
}

TEST_F(Expand, takes_driver_and_rates_of_each_cell_before_those_of_the_plan) {
  const std::vector<OfferedRate> rates{*parse_rate("250"), *parse_rate("90%")};
  plan_.cells = {{.workloads = {"one_call"}, .connections = {8}, .driver = {}, .rates = {}},
                 {.workloads = {"one_call"}, .connections = {8}, .driver = "interleave", .rates = {}},
                 {.workloads = {"one_call"}, .connections = {8}, .driver = "interleave", .rates = rates}};
  EXPECT_THAT(loads(), ElementsAre("wrk 8", "interleave 8", "interleave 250/s", "interleave 90%"));
  plan_.driver = "interleave";
  plan_.rates = {*parse_rate("7")};
  EXPECT_THAT(loads(), ElementsAre("interleave 7/s"));
}

TEST_F(Expand, calibrates_first_where_rates_are_shares_of_the_capacity) {
  plan_.driver = "interleave";
  plan_.connections = {64};
  plan_.rates = {*parse_rate("50%"), *parse_rate("1000")};
  const std::vector<TrialSpec> trials = expanded();
  ASSERT_EQ(trials.size(), 12U + 24U);  // 2 models x 3 calibrations of 2 kinds, 2 rates x 6 repetitions
  for (const TrialSpec& spec : trials) {
    EXPECT_EQ(spec.purpose != Purpose::measure, spec.index <= 12) << trial_id(spec);
    EXPECT_EQ(spec.load.kind() == LoadKind::open, spec.purpose == Purpose::measure);
    EXPECT_EQ(spec.load.driver, "interleave");
  }
}

TEST_F(Expand, takes_the_steps_of_a_search_one_after_another_all_models_beside_each_other) {
  plan_.driver = "interleave";
  plan_.connections = {64};
  plan_.repetitions = 2;
  plan_.search = SearchPlan{.objective = *parse_objective("p99<50ms"), .steps = 3};
  std::vector<std::string> order;
  for (const TrialSpec& spec : expanded()) {
    if (spec.purpose != Purpose::search) continue;
    order.push_back("r" + std::to_string(spec.repetition) + " " + to_string(*spec.load.rate));
  }
  EXPECT_THAT(order, ElementsAre("r1 step 1", "r1 step 1", "r1 step 2", "r1 step 2", "r1 step 3", "r1 step 3",
                                 "r2 step 1", "r2 step 1", "r2 step 2", "r2 step 2", "r2 step 3", "r2 step 3"));
  EXPECT_EQ(expanded()[0].purpose == Purpose::search, false) << "calibration first";
}

TEST_F(Expand, stalls_what_is_measured_and_not_what_predicts_it) {
  plan_.stall = StallPlan{.every = std::chrono::seconds(10), .length = std::chrono::seconds(1)};
  for (const TrialSpec& spec : expanded()) {
    EXPECT_EQ(spec.stall.has_value(), spec.purpose == Purpose::measure) << trial_id(spec);
  }
}

TEST_F(Expand, every_repetition_is_a_block_with_each_cell_once) {
  std::map<std::tuple<std::string, std::uint32_t>, std::vector<std::uint32_t>> repetitions;
  std::uint32_t last = 1;
  for (const TrialSpec& spec : expanded()) {
    if (spec.purpose != Purpose::measure) continue;
    EXPECT_GE(spec.repetition, last);  // blocks do not overlap
    last = spec.repetition;
    repetitions[{spec.model, spec.load.connections}].push_back(spec.repetition);
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
    EXPECT_EQ(spec.load.connections, spec.purpose == Purpose::calibrate_d1 ? 1U : 64U);
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
    if (spec.purpose == Purpose::measure) orders[spec.repetition].emplace_back(spec.model, spec.load.connections);
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
  EXPECT_EQ(trials[0].load.connections, 8U);
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
  spec.load.connections = 64;
  spec.repetition = 2;
  EXPECT_EQ(trial_id(spec), "0007-libuv_loop-one_call-c64-r2");
  spec.purpose = Purpose::calibrate_cpu;
  EXPECT_EQ(trial_id(spec), "0007-libuv_loop-one_call-c64.cpu-r2");
  spec.purpose = Purpose::calibrate_d1;
  spec.index = 12345;
  spec.load.connections = 1;
  EXPECT_EQ(trial_id(spec), "12345-libuv_loop-one_call-c1.d1-r2");
}

TEST(TrialId, names_the_rate_of_an_open_loop) {
  TrialSpec spec;
  spec.index = 7;
  spec.model = "libuv_loop";
  spec.workload = "one_call";
  spec.load = {.driver = "interleave", .connections = 64, .rate = parse_rate("1000")};
  EXPECT_EQ(trial_id(spec), "0007-libuv_loop-one_call-o1000-r1");
  spec.load.rate = OfferedRate{.rps = 8123.4, .percent = 50};
  EXPECT_EQ(trial_id(spec), "0007-libuv_loop-one_call-o50p-r1") << "the same before and after the rate is known";
  spec.load.rate = OfferedRate{.rps = 812.5, .percent = {}, .search_step = 3};
  EXPECT_EQ(trial_id(spec), "0007-libuv_loop-one_call-s3-r1");
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
