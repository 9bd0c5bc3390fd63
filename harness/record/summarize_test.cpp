#include "harness/record/summarize.hpp"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/record/record_examples.hpp"
#include "harness/record/record_io.hpp"

namespace interleave {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::SizeIs;

class Summarize : public testing::Test {
 protected:
  [[nodiscard]] SummaryRecord summary() const { return summarize(run_, trials_); }
  [[nodiscard]] SummaryCell cell(const std::string& model) const {
    const SummaryRecord all = summary();
    const auto found =
        std::find_if(all.cells.begin(), all.cells.end(), [&](const SummaryCell& c) { return c.model == model; });
    if (found == all.cells.end()) throw std::runtime_error("no cell of " + model);
    return *found;
  }
  // The measuring trials of a model.
  template <class Change>
  void change(const std::string& model, int how_many, Change change_one) {
    for (TrialRecord& trial : trials_) {
      if (how_many == 0) return;
      if (trial.spec.model != model || trial.spec.purpose != Purpose::measure) continue;
      change_one(trial);
      --how_many;
    }
  }

  static void add(TrialRecord& trial, Reason reason) {
    trial.findings.push_back({.reason = reason, .detail = "test"});
    trial.validity = verdict(trial.findings);
  }

  RunRecord run_ = examples::run();
  std::vector<TrialRecord> trials_ = examples::trials();
};

TEST_F(Summarize, gives_each_cell_its_median_over_launches_with_interval) {
  const SummaryCell loop = cell("libuv_loop");
  EXPECT_EQ(loop.repetitions_ok, 6U);
  EXPECT_FALSE(loop.indicative);
  EXPECT_EQ(loop.validity, Validity::ok);
  ASSERT_TRUE(loop.throughput_rps.has_value());
  EXPECT_DOUBLE_EQ(loop.throughput_rps->estimate,
                   (192 * 64 + 3.5) / 2);  // launches of ...+1 to ...+6 requests in 2 s
  EXPECT_LT(*loop.throughput_rps->low, loop.throughput_rps->estimate);
  EXPECT_GT(*loop.throughput_rps->high, loop.throughput_rps->estimate);
  EXPECT_NEAR(loop.cpu_us_per_request->estimate, 30, 1e-9);
  EXPECT_NEAR(loop.rss_mib->estimate, 8, 1e-9);
  EXPECT_EQ(loop.threads, 1);
  EXPECT_DOUBLE_EQ(loop.jain.value_or(0), 0.99 - 0.06) << "the lowest of six";
  EXPECT_EQ(loop.starved, 0U);
  EXPECT_THAT(loop.trials, SizeIs(6));
  EXPECT_EQ(loop.family, "loop");
}

TEST_F(Summarize, predicts_from_calibration_trials_only) {
  for (const char* model : {"single_threaded", "libuv_loop"}) {
    const SummaryCell got = cell(model);
    ASSERT_TRUE(got.predicted.has_value()) << model;
    EXPECT_THAT(got.predicted->inputs_from, SizeIs(6));
    for (const std::string& id : got.predicted->inputs_from) {
      EXPECT_THAT(got.trials, testing::Not(Contains(id)));
      EXPECT_TRUE(id.find(".d1-") != std::string::npos || id.find(".cpu-") != std::string::npos) << id;
    }
    ASSERT_TRUE(got.residual_percent.has_value());
    EXPECT_NEAR(*got.residual_percent, 0, 2) << model;
  }
  EXPECT_EQ(cell("single_threaded").predicted->bound_by, "in_flight_limit");
  EXPECT_EQ(cell("libuv_loop").predicted->bound_by, "clients");
}

TEST_F(Summarize, a_changed_cell_does_not_change_its_own_prediction) {
  const double before = cell("libuv_loop").predicted->throughput_rps;
  change("libuv_loop", 6, [](TrialRecord& trial) { trial.result->requests /= 2; });
  EXPECT_EQ(cell("libuv_loop").predicted->throughput_rps, before);
  EXPECT_LT(*cell("libuv_loop").residual_percent, -45);
}

TEST_F(Summarize, takes_d1_from_a_server_that_closes_its_connections) {
  const double before = cell("single_threaded").predicted->d1_ms;
  for (TrialRecord& trial : trials_) {
    if (trial.spec.purpose == Purpose::calibrate_d1) add(trial, Reason::server_closes);
  }
  ASSERT_TRUE(cell("single_threaded").predicted.has_value());
  EXPECT_EQ(cell("single_threaded").predicted->d1_ms, before);
}

TEST_F(Summarize, leaves_invalid_launches_out_and_says_so) {
  change("libuv_loop", 2, [](TrialRecord& trial) { add(trial, Reason::backend_calls_mismatch); });
  const SummaryCell got = cell("libuv_loop");
  EXPECT_EQ(got.repetitions_ok, 4U);
  EXPECT_TRUE(got.indicative);
  EXPECT_EQ(got.validity, Validity::ok);
  EXPECT_EQ(got.reasons.at("backend_calls_mismatch"), 2U);
  EXPECT_THAT(got.warnings, Contains(HasSubstr("2 of 6 launches are not ok")));
  EXPECT_EQ(summary().trials_invalid, 2U);
}

TEST_F(Summarize, is_suspect_where_most_launches_are_and_invalid_where_none_is_left) {
  change("libuv_loop", 4, [](TrialRecord& trial) { add(trial, Reason::steal); });
  EXPECT_EQ(cell("libuv_loop").validity, Validity::suspect);
  EXPECT_EQ(cell("libuv_loop").repetitions_ok, 2U);
  EXPECT_TRUE(cell("libuv_loop").throughput_rps.has_value());
  change("libuv_loop", 6, [](TrialRecord& trial) { add(trial, Reason::server_died); });
  const SummaryCell dead = cell("libuv_loop");
  EXPECT_EQ(dead.validity, Validity::invalid);
  EXPECT_FALSE(dead.throughput_rps.has_value());
  EXPECT_FALSE(dead.residual_percent.has_value());
  EXPECT_EQ(dead.latency.note, "no valid launch");
}

TEST_F(Summarize, gives_no_latency_where_it_is_void_and_says_why) {
  change("libuv_loop", 6, [](TrialRecord& trial) { add(trial, Reason::window_too_short); });
  const SummaryCell got = cell("libuv_loop");
  EXPECT_EQ(got.validity, Validity::ok);
  EXPECT_TRUE(got.throughput_rps.has_value());
  EXPECT_FALSE(got.latency.p50 || got.latency.mean || got.latency.max);
  EXPECT_EQ(got.latency.note, "latency is void in 6 of 6 launches: window_too_short");
  EXPECT_TRUE(got.merged_quantiles.empty());
}

TEST_F(Summarize, gives_percentiles_only_where_twenty_samples_lie_beyond) {
  const SummaryCell loop = cell("libuv_loop");  // 12,289 samples and more: 122 beyond p99, 12 beyond p999
  EXPECT_TRUE(loop.latency.p50 && loop.latency.p90 && loop.latency.p99);
  EXPECT_FALSE(loop.latency.p999.has_value());
  EXPECT_THAT(loop.latency.note, HasSubstr("fewer than 20"));
  const SummaryCell single = cell("single_threaded");  // 193 samples
  EXPECT_TRUE(single.latency.p50.has_value());
  EXPECT_FALSE(single.latency.p90.has_value());
}

TEST_F(Summarize, ranks_requests_without_a_proper_reply_above_all_others) {
  // 12,289 samples and more, half of them 200 us slower: with 5 % lost above them
  // the median is a slow one and p99 is unknown.
  const double fast = cell("libuv_loop").latency.p50->estimate;
  change("libuv_loop", 6, [](TrialRecord& trial) { trial.result->latency_lost = trial.result->requests / 20; });
  EXPECT_GT(cell("libuv_loop").latency.p50->estimate, fast + 0.05);
  EXPECT_TRUE(cell("libuv_loop").latency.p90.has_value());
  EXPECT_FALSE(cell("libuv_loop").latency.p99 || cell("libuv_loop").latency.mean || cell("libuv_loop").latency.max);
  EXPECT_THAT(cell("libuv_loop").latency.note, HasSubstr("requests without a proper reply rank above all others"));
}

TEST_F(Summarize, holds_an_open_loop_against_the_capacity_of_all_connections) {
  change("libuv_loop", 6, [](TrialRecord& trial) {
    trial.spec.load.driver = "interleave";
    trial.spec.load.rate = OfferedRate{.rps = 3000, .percent = 50};
    trial.result->requests = 6000;
  });
  const SummaryCell below = cell("libuv_loop");
  EXPECT_EQ(below.load.kind(), LoadKind::open);
  ASSERT_TRUE(below.predicted.has_value());
  EXPECT_EQ(below.predicted->throughput_rps, 3000);
  EXPECT_NEAR(below.predicted->capacity_rps, 64 * 193 / 2.0, 0.02 * 64 * 193 / 2.0);
  EXPECT_EQ(below.predicted->latency_ms, below.predicted->d1_ms);
  EXPECT_EQ(below.predicted->bound_by, "offered");
  EXPECT_FALSE(below.predicted->mva_rps.has_value());
  EXPECT_NEAR(*below.residual_percent, 0, 1e-9);
  change("libuv_loop", 6, [](TrialRecord& trial) { trial.spec.load.rate->rps = 9000; });
  const SummaryCell above = cell("libuv_loop");
  EXPECT_EQ(above.predicted->throughput_rps, above.predicted->capacity_rps);
  EXPECT_FALSE(above.predicted->latency_ms.has_value());
}

TEST_F(Summarize, keeps_drivers_and_rates_apart_and_a_share_together_known_or_not) {
  int changed = 0;
  change("libuv_loop", 4, [&](TrialRecord& trial) {
    trial.spec.load.driver = "interleave";
    if (++changed > 2) trial.spec.load.rate = OfferedRate{.rps = {}, .percent = 50};
    if (changed > 3) trial.spec.load.rate->rps = 100;
  });
  std::map<std::string, std::size_t> trials;
  std::map<std::string, std::optional<double>> rates;
  for (const SummaryCell& cell : summary().cells) {
    if (cell.model != "libuv_loop") continue;
    trials[cell.load.driver + " " + short_name(cell.load)] = cell.trials.size();
    if (cell.load.rate) rates[short_name(cell.load)] = cell.load.rate->rps;
  }
  EXPECT_EQ(trials, (std::map<std::string, std::size_t>{{"wrk 64", 2}, {"interleave 64", 2}, {"interleave 50%", 2}}));
  EXPECT_EQ(rates["50%"], 100) << "of the trial that knew it";
}

TEST_F(Summarize, names_a_launch_far_from_the_others_and_keeps_it) {
  change("libuv_loop", 1, [](TrialRecord& trial) { trial.result->requests /= 2; });
  const SummaryCell got = cell("libuv_loop");
  EXPECT_THAT(got.warnings, Contains(HasSubstr("lies far from the other launches")));
  EXPECT_EQ(got.repetitions_ok, 6U);
}

TEST_F(Summarize, of_an_interrupted_run_counts_what_is_missing) {
  run_.complete = false;
  trials_.resize(5);
  const SummaryRecord got = summary();
  EXPECT_FALSE(got.complete);
  EXPECT_EQ(got.trials_missing, run_.order.size() - 5);
}

TEST_F(Summarize, without_calibration_says_why_there_is_no_prediction) {
  trials_.erase(std::remove_if(trials_.begin(), trials_.end(),
                               [](const TrialRecord& t) { return t.spec.purpose != Purpose::measure; }),
                trials_.end());
  EXPECT_FALSE(cell("libuv_loop").predicted.has_value());
  EXPECT_EQ(cell("libuv_loop").prediction_note, "no valid calibration trials");
}

TEST_F(Summarize, does_not_depend_on_the_order_trials_are_given_in) {
  const std::string forward = to_json(summary());
  std::reverse(trials_.begin(), trials_.end());
  EXPECT_EQ(to_json(summary()), forward);
}

}  // namespace
}  // namespace interleave
