#include "harness/cli/rate_settler.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/record/record_examples.hpp"

namespace interleave {
namespace {

class Rates : public testing::Test {
 protected:
  Rates() {
    spec_.model = "libuv_loop";
    spec_.workload = "one_call";
    spec_.load = {.driver = "interleave", .connections = 32, .rate = parse_rate("50%")};
  }

  RunRecord run_ = examples::run();
  TrialSpec spec_;
};

TEST_F(Rates, are_a_share_of_what_the_calibration_trials_predict) {
  RateSettler rates(run_);
  rates.learn(examples::trials());
  const TrialSpec settled = rates.settle(spec_);
  // 32 connections and D1 of about 2 s / 193 requests.
  ASSERT_TRUE(settled.load.rate->rps.has_value());
  EXPECT_NEAR(*settled.load.rate->rps, 0.5 * 32 * 193 / 2, 0.02 * 0.5 * 32 * 193 / 2);
  EXPECT_EQ(settled.load.rate->percent, 50);
  spec_.model = "single_threaded";
  EXPECT_NEAR(*rates.settle(spec_).load.rate->rps, 0.5 * 193 / 2, 0.02 * 0.5 * 193 / 2);
}

TEST_F(Rates, are_the_same_whatever_else_was_measured) {
  RateSettler all(run_), calibrations(run_);
  all.learn(examples::trials());
  for (const TrialRecord& trial : examples::trials()) {
    if (trial.spec.purpose != Purpose::measure) calibrations.learn({trial});
  }
  EXPECT_EQ(all.settle(spec_).load, calibrations.settle(spec_).load) << "a resumed run goes on with the same rates";
}

TEST_F(Rates, stay_unknown_without_calibration) {
  EXPECT_FALSE(RateSettler(run_).settle(spec_).load.rate->rps.has_value());
  RateSettler rates(run_);
  rates.learn(examples::trials());
  spec_.workload = "other";
  EXPECT_FALSE(rates.settle(spec_).load.rate->rps.has_value());
}

TEST_F(Rates, of_a_search_depend_on_the_steps_before) {
  run_.plan.search = SearchPlan{.objective = *parse_objective("p50<20ms"), .steps = 4};
  RateSettler rates(run_);
  rates.learn(examples::trials());
  spec_.purpose = Purpose::search;
  spec_.load.rate = OfferedRate{.rps = {}, .percent = {}, .search_step = 1};
  const TrialSpec first = rates.settle(spec_);
  EXPECT_NEAR(*first.load.rate->rps, 0.8 * 32 * 193 / 2, 0.02 * 0.8 * 32 * 193 / 2);
  TrialRecord met = examples::trial(first, 6000);  // latencies of about 10 ms
  met.result->latency_us = ValueCounts{{10'000, 6000}};
  rates.learn({met});
  spec_.load.rate->search_step = 2;
  const TrialSpec second = rates.settle(spec_);
  EXPECT_NEAR(*second.load.rate->rps, 1.5 * *first.load.rate->rps, 1e-6);
  TrialRecord missed = examples::trial(second, 6000);
  missed.result->latency_us = ValueCounts{{30'000, 6000}};
  rates.learn({missed});
  spec_.load.rate->search_step = 3;
  EXPECT_NEAR(*rates.settle(spec_).load.rate->rps, std::sqrt(1.5) * *first.load.rate->rps, 1e-6);
  spec_.repetition = 2;
  EXPECT_EQ(rates.settle(spec_).load.rate->rps, first.load.rate->rps) << "another repetition begins anew";
}

TEST_F(Rates, that_were_given_stay) {
  RateSettler rates(run_);
  rates.learn(examples::trials());
  spec_.load.rate = parse_rate("77");
  EXPECT_EQ(rates.settle(spec_).load.rate->rps, 77);
  spec_.load.rate.reset();
  EXPECT_FALSE(rates.settle(spec_).load.rate.has_value());
}

}  // namespace
}  // namespace interleave
