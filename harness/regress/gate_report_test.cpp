#include "harness/regress/gate_report.hpp"

#include <gmock/gmock.h>

#include "core/base/rng.hpp"
#include "harness/regress/gate_exports.hpp"
#include "harness/regress/gate_text.hpp"
#include "harness/stats/simulated_noise.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// Two models, and pairs whose figures vary by 2 %; the head of one model costs `slower` times the CPU.
class GateLab {
 public:
  GateLab() { plan_.cells = {{"asio_loop", "one_call", 64}, {"libuv_loop", "one_call", 64}}; }

  GatePlan& plan() { return plan_; }
  std::vector<MeasuredPair>& pairs() { return pairs_; }

  void measure(Stage stage, double slower, double sigma = 0.02) {
    for (const PairPlan& pair : plan_pairs(plan_, stage, plan_.cells, stage == Stage::screen ? 0 : 16)) {
      const double factor = pair.cell.model == "libuv_loop" ? slower : 1;
      pairs_.push_back({pair, launch(pair, Side::base, 1, sigma), launch(pair, Side::head, factor, sigma)});
    }
  }

  [[nodiscard]] GateReport report() const { return evaluate(plan_, pairs_); }

 private:
  GateLaunch launch(const PairPlan& pair, Side side, double factor, double sigma) {
    const auto noisy = [&](double value) { return value * std::exp(sigma * normal(random_)); };
    GateLaunch launch;
    launch.id = trial_id(launch_spec(plan_, pair, side));
    launch.figures = {.cpu_us_per_request = noisy(20 * factor),
                      .ctx_switches_per_request = noisy(0.6),
                      .p50_ms = noisy(10.3),
                      .p99_ms = noisy(11),
                      .throughput_rps = noisy(6100),
                      .server_busy = 0.12};
    return launch;
  }

  GatePlan plan_;
  std::vector<MeasuredPair> pairs_;
  SplitMix64 random_{3};
};

const GateFigure& figure(const GateReport& report, std::string_view model, std::string_view name) {
  for (const GateFigure& f : report.figures) {
    if (f.cell.model == model && f.kind.name == name) return f;
  }
  throw std::logic_error("no such figure");
}

TEST(GateReport, of_equal_builds_is_all_ok) {
  GateLab lab;
  lab.measure(Stage::screen, 1);
  const GateReport report = lab.report();
  EXPECT_EQ(report.gating(), 6U);
  EXPECT_EQ(report.count(Verdict::ok), 6U);
  EXPECT_TRUE(suspicious_cells(report).empty());
  EXPECT_THAT(gate_headline(report), StartsWith("6 of 6 cells could have detected 10 %: 0 REGRESSION"));
}

TEST(GateReport, of_identical_programs_alone_says_so_first) {
  GateReport report;
  report.identical = {"asio_loop", "libuv_loop"};
  EXPECT_THAT(gate_text(report, {"old", "new"}),
              StartsWith("nothing to measure: all programs compared are identical (2)\nbase old, head new\n"
                         "IDENTICAL   asio_loop, libuv_loop: the same program on both sides"));
  EXPECT_THAT(gate_markdown(report, {"old", "new"}), StartsWith("### nothing to measure"));
}

TEST(GateReport, names_the_model_and_the_figure_that_became_slower) {
  GateLab lab;
  lab.measure(Stage::screen, 1.15);
  EXPECT_THAT(suspicious_cells(lab.report()), ElementsAre(GateCell{"libuv_loop", "one_call", 64}));
  lab.measure(Stage::confirm, 1.15);
  const GateReport report = lab.report();
  EXPECT_EQ(report.count(Verdict::regression), 1U);
  EXPECT_EQ(figure(report, "libuv_loop", "cpu_us_per_request").result.verdict, Verdict::regression);
  EXPECT_EQ(figure(report, "asio_loop", "cpu_us_per_request").result.verdict, Verdict::ok);
  EXPECT_THAT(gate_text(report, {"old", "new"}), HasSubstr("REGRESSION  libuv_loop one_call c64 cpu_us_per_request"));
  EXPECT_THAT(gate_markdown(report, {"old", "new"}), StartsWith("### 6 of 6 cells could have detected 10 %"));
}

TEST(GateReport, does_not_confirm_what_the_screen_settled) {
  GateLab lab;
  lab.measure(Stage::screen, 1.0);
  lab.measure(Stage::confirm, 1.5);  // nobody asked for these
  EXPECT_EQ(lab.report().count(Verdict::regression), 0U);
}

TEST(GateReport, decides_which_pairs_are_void_without_their_figures) {
  GateLab lab;
  lab.measure(Stage::screen, 1);
  lab.pairs()[3].base.conditions.steal_percent = 5;
  lab.pairs()[4].head.conditions.stall_ms = 80;
  const GateReport report = lab.report();
  ASSERT_EQ(report.voided.size(), 2U);
  EXPECT_THAT(report.voided[0].reason + "; " + report.voided[1].reason, HasSubstr("a stall of 80 ms"));
  EXPECT_EQ(report.pairs, 16U);
}

TEST(GateReport, of_a_noisy_machine_is_inconclusive_however_the_figures_look) {
  GateLab lab;
  lab.measure(Stage::screen, 1);
  for (MeasuredPair& pair : lab.pairs()) {
    if (pair.plan.number <= 3) pair.head.conditions.disturbance = "backend_late";
  }
  const GateReport report = lab.report();
  EXPECT_EQ(report.count(Verdict::inconclusive), 6U);
  EXPECT_EQ(report.able_to_detect(0.10), 0U) << "it could not have found anything";
  EXPECT_THAT(figure(report, "asio_loop", "p50_ms").note, HasSubstr("too noisy"));
}

TEST(GateReport, forgives_one_failure_and_refuses_two) {
  GateLab lab;
  lab.measure(Stage::screen, 1);
  const auto fail = [&](std::uint32_t number) {
    for (MeasuredPair& pair : lab.pairs()) {
      if (pair.plan.cell.model == "libuv_loop" && pair.plan.number == number) {
        pair.head.failure = Finding{Reason::server_died, "killed by SIGSEGV"};
        pair.head.figures = {};
      }
    }
  };
  fail(2);
  EXPECT_TRUE(lab.report().broken.empty());
  EXPECT_EQ(lab.report().voided.size(), 1U);
  fail(5);
  const GateReport report = lab.report();
  ASSERT_EQ(report.broken.size(), 1U);
  EXPECT_EQ(report.broken[0].side, Side::head);
  EXPECT_THAT(gate_text(report, {}), HasSubstr("INVALID     libuv_loop one_call c64: the head cannot be measured: "
                                               "server_died: killed by SIGSEGV"));
  EXPECT_THAT(junit_xml(report), HasSubstr("errors=\"1\""));
}

TEST(GateReport, counts_a_dead_server_also_on_a_noisy_machine_but_no_timeouts) {
  for (const auto& [reason, broken] : {std::pair{Reason::server_died, 1U}, std::pair{Reason::client_errors, 0U}}) {
    GateLab lab;
    lab.measure(Stage::screen, 1);
    for (MeasuredPair& pair : lab.pairs()) {
      pair.base.conditions.stall_ms = 100;
      if (pair.plan.cell.model == "libuv_loop" && pair.plan.number <= 2) pair.base.failure = Finding{reason, ""};
    }
    EXPECT_EQ(lab.report().broken.size(), broken);
  }
}

TEST(GateReport, demotes_visibly_what_cannot_gate) {
  GateLab lab;
  lab.measure(Stage::screen, 1, 0.15);
  for (MeasuredPair& pair : lab.pairs()) {
    pair.base.figures.ctx_switches_per_request = pair.head.figures.ctx_switches_per_request = 0.01;
    pair.base.figures.server_busy = 0.9;
    if (pair.plan.cell.model == "libuv_loop") pair.base.figures.p50_ms.reset();
  }
  const GateReport report = lab.report();
  EXPECT_EQ(report.gating(), 0U);
  EXPECT_THAT(figure(report, "asio_loop", "cpu_us_per_request").note, HasSubstr("too noisy, pairs differ by"));
  EXPECT_THAT(figure(report, "asio_loop", "ctx_switches_per_request").note, HasSubstr("almost none"));
  EXPECT_THAT(figure(report, "asio_loop", "p50_ms").note, HasSubstr("uses 90 % of its cores"));
  EXPECT_THAT(figure(report, "libuv_loop", "p50_ms").note, HasSubstr("no such figure"));
  EXPECT_THAT(gate_headline(report), StartsWith("0 of 0 cells"));
}

TEST(GateReport, finds_a_large_slowdown_in_a_noisy_figure) {
  GateLab lab;
  lab.measure(Stage::screen, 1.5, 0.09);  // pairs differ by 13 %
  EXPECT_THAT(suspicious_cells(lab.report()), ElementsAre(GateCell{"libuv_loop", "one_call", 64}));
  lab.measure(Stage::confirm, 1.5, 0.09);
  const GateReport report = lab.report();
  const GateFigure& cpu = figure(report, "libuv_loop", "cpu_us_per_request");
  EXPECT_GT(cpu.result.spread, GateRule{}.widest_spread);
  EXPECT_TRUE(cpu.gating);
  EXPECT_EQ(cpu.result.verdict, Verdict::regression);
}

TEST(GateExports, say_failure_for_a_regression_and_skipped_for_inconclusive) {
  GateLab lab;
  lab.measure(Stage::screen, 1.15);  // suspicious and not confirmed: inconclusive
  EXPECT_THAT(junit_xml(lab.report()), HasSubstr("failures=\"0\" errors=\"0\" skipped=\"1\""));
  lab.measure(Stage::confirm, 1.15);
  const std::string xml = junit_xml(lab.report());
  EXPECT_THAT(xml, HasSubstr("tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"0\""));
  EXPECT_THAT(xml, HasSubstr("<testcase classname=\"libuv_loop one_call c64\" name=\"cpu_us_per_request\"><failure"));
}

TEST(GateExports, hold_every_launch) {
  GateLab lab;
  lab.measure(Stage::screen, 1);
  const std::string lines = csv(lab.report());
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 1 + 2 * 5 * 16);  // models and pairs, figures, sides
  EXPECT_THAT(google_benchmark_json(lab.report(), Side::base, {}), HasSubstr("\"libuv_loop/one_call/c64/pair:8\""));
}

TEST(BlameFor, a_failing_server_is_not_the_machines) {
  EXPECT_EQ(blame_for(Reason::server_died), Blame::server);
  EXPECT_EQ(blame_for(Reason::wrong_status), Blame::server);
  EXPECT_EQ(blame_for(Reason::steal), Blame::machine);
  EXPECT_EQ(blame_for(Reason::generator_bound), Blame::machine);
  EXPECT_EQ(blame_for(Reason::window_too_short), Blame::nobody);
}

}  // namespace
}  // namespace interleave
