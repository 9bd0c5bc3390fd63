#include "harness/record/search_results.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/record/record_examples.hpp"

namespace interleave {
namespace {

using testing::SizeIs;

TrialSpec step_spec(std::uint32_t index, std::uint32_t step, double rps) {
  TrialSpec spec;
  spec.index = index;
  spec.model = "libuv_loop";
  spec.workload = "one_call";
  spec.purpose = Purpose::search;
  spec.load = {
      .driver = "interleave", .connections = 64, .rate = OfferedRate{.rps = rps, .percent = {}, .search_step = step}};
  return spec;
}

// 4,000 replies, 2 in 100 after `slow_us`.
TrialRecord step(std::uint32_t index, double rps, std::uint64_t slow_us) {
  TrialRecord trial = examples::trial(step_spec(index, index, rps), 4000);
  trial.result->latency_us = ValueCounts{{10'000, 3920}, {slow_us, 80}};
  return trial;
}

void add(TrialRecord& trial, Reason reason) {
  trial.findings.push_back({.reason = reason, .detail = "test"});
  trial.validity = verdict(trial.findings);
}

const Objective wanted_objective = *parse_objective("p99<50ms");

TEST(JudgeStep, tells_the_server_from_what_else_shapes_latency) {
  struct Case {
    const char* what;
    std::uint64_t slow_us;
    std::function<void(TrialRecord&)> change;
    StepOutcome expected;
  };
  const Case cases[] = {
      {"fast", 49'000, [](TrialRecord&) {}, StepOutcome::met},
      {"the limit itself", 50'000, [](TrialRecord&) {}, StepOutcome::missed},
      {"slow", 60'000, [](TrialRecord&) {}, StepOutcome::missed},
      {"fast in spite of a late generator", 49'000, [](TrialRecord& t) { add(t, Reason::generator_suspect); },
       StepOutcome::met},
      {"slow, perhaps by a late generator", 60'000, [](TrialRecord& t) { add(t, Reason::generator_suspect); },
       StepOutcome::unclear},
      {"the generator was the limit", 49'000, [](TrialRecord& t) { add(t, Reason::generator_bound); },
       StepOutcome::unclear},
      {"overload", 49'000, [](TrialRecord& t) { add(t, Reason::overload); }, StepOutcome::missed},
      {"invalid", 49'000, [](TrialRecord& t) { add(t, Reason::server_died); }, StepOutcome::unclear},
      {"1 in 50 without a reply", 49'000, [](TrialRecord& t) { t.result->latency_lost = 80; }, StepOutcome::missed},
      {"too few for p99", 60'000,
       [](TrialRecord& t) {
         t.result->latency_us = ValueCounts{{60'000, 1000}};
       },
       StepOutcome::unclear},
  };
  for (const Case& c : cases) {
    TrialRecord trial = step(1, 1000, c.slow_us);
    c.change(trial);
    EXPECT_EQ(judge_step(trial, wanted_objective).outcome, c.expected) << c.what;
  }
}

TEST(Searches, give_the_bracket_of_each_repetition) {
  RunRecord run = examples::run();
  run.plan.search = SearchPlan{.objective = wanted_objective, .steps = 3};
  const std::vector<TrialRecord> trials{step(3, 1200, 70'000), step(1, 800, 20'000), step(2, 1000, 30'000)};
  const std::vector<SearchSummary> searches = summarize_searches(run, trials);
  ASSERT_THAT(searches, SizeIs(1));
  ASSERT_THAT(searches[0].repetitions, SizeIs(1));
  const SearchRepetition& repetition = searches[0].repetitions[0];
  EXPECT_EQ(repetition.met_rps, 1000);
  EXPECT_EQ(repetition.missed_rps, 1200);
  ASSERT_THAT(repetition.steps, SizeIs(3));
  EXPECT_EQ(repetition.steps[0].rate_rps, 800) << "in the order they were run";
  EXPECT_EQ(repetition.steps[2].outcome, "missed");
  EXPECT_EQ(repetition.steps[2].value_ms, 70);
  ASSERT_TRUE(searches[0].rate_rps.has_value());
  EXPECT_EQ(searches[0].rate_rps->estimate, 1000);
  EXPECT_EQ(searches[0].objective, "p99<50ms");
}

TEST(Searches, without_a_rate_that_met_say_so) {
  RunRecord run = examples::run();
  run.plan.search = SearchPlan{.objective = wanted_objective, .steps = 1};
  const auto searches = summarize_searches(run, std::vector<TrialRecord>{step(1, 800, 70'000)});
  ASSERT_THAT(searches, SizeIs(1));
  EXPECT_FALSE(searches[0].rate_rps.has_value());
  EXPECT_EQ(searches[0].note, "the objective was met in 0 of 1 repetitions");
}

}  // namespace
}  // namespace interleave
