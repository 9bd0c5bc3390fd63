#include "harness/trial/accounting.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using testing::IsEmpty;

std::vector<Reason> reasons(const AccountingOutcome& outcome) {
  std::vector<Reason> list;
  for (const Finding& finding : outcome.findings) list.push_back(finding.reason);
  return list;
}

// A trial in order: 4 connections, 400 requests in 1 s, each 10 ms with one call.
AccountingInput in_order() {
  AccountingInput input;
  input.connections = 4;
  input.routes = {{.calls = 1, .expected_status = 200}};
  input.result.requests = input.result.answered = 400;
  input.result.unanswered = 4;
  input.result.duration_us = 1'000'000;
  input.result.wrk =
      WrkDetails{.reported = {}, .expected_interval_us = 0, .corrected = true, .recovery = Recovery::exact};
  input.result.latency_us = ValueCounts{{9950, 400}};
  input.server_before = ServerCounters{};
  input.server_before->responses = {{"200", 7}};
  input.server_before->backend_calls = 7;
  input.server_after = input.server_before;
  input.server_after->responses = {{"200", 7 + 402}};
  input.server_after->backend_calls = 7 + 403;
  input.server_after->connections_accepted = 5;
  input.server_after->connections_closed = 4;
  input.backend_before.calls = input.backend_before.completed = 7;
  input.backend_after.calls = 7 + 403;
  input.backend_after.completed = 7 + 402;
  input.backend_before.delay_mean_us = input.backend_after.delay_mean_us = 10'000;
  input.backend_before.lateness_mean_us = input.backend_after.lateness_mean_us = 100;
  input.generator_cpu_ns = 100'000'000;
  input.window_ns = 1'000'000'000;
  input.steal_percent = 0.1;
  return input;
}

TEST(Accounting, finds_nothing_where_all_sums_agree) {
  const AccountingOutcome outcome = account(in_order());
  EXPECT_THAT(reasons(outcome), IsEmpty());
  EXPECT_THAT(outcome.warnings, IsEmpty());
  const Accounting& books = outcome.accounting;
  EXPECT_TRUE(books.three_way);
  EXPECT_EQ(books.client_responses, 400U);
  EXPECT_EQ(books.server_responses, 402U);
  EXPECT_EQ(books.server_calls, 403U);
  EXPECT_EQ(books.backend_calls, 403U);
  EXPECT_DOUBLE_EQ(*books.cycle_us, 10'000);
  EXPECT_DOUBLE_EQ(*books.mean_latency_us, 9950);
  EXPECT_DOUBLE_EQ(*books.little_gap_percent, 0.5);
  EXPECT_DOUBLE_EQ(*books.generator_busy, 0.1);
  EXPECT_DOUBLE_EQ(*books.lateness_percent, 1.0);
}

struct BooksCase {
  const char* what;
  std::function<void(AccountingInput&)> change;
  std::vector<Reason> expected;
};

void expect_reasons(const std::vector<BooksCase>& cases) {
  for (const BooksCase& c : cases) {
    AccountingInput input = in_order();
    c.change(input);
    EXPECT_EQ(reasons(account(input)), c.expected) << c.what;
  }
}

using In = AccountingInput;

// 300 requests begun with one call, 80 with three and 22 without, expecting 404; two of them unanswered.
AccountingInput mixed() {
  AccountingInput input = in_order();
  input.routes = {{.calls = 1, .expected_status = 200},
                  {.calls = 3, .expected_status = 200},
                  {.calls = 0, .expected_status = 404}};
  input.result.route_requests = {300, 80, 22};
  input.server_after->responses = {{"200", 7 + 380}, {"404", 22}};
  input.server_after->backend_calls = 7 + 540;
  input.backend_after.calls = 7 + 540;
  return input;
}

TEST(Accounting, sums_the_calls_over_the_routes) {
  const AccountingOutcome outcome = account(mixed());
  EXPECT_THAT(reasons(outcome), IsEmpty());
  EXPECT_NEAR(outcome.accounting.calls_per_request, 540.0 / 402, 1e-12);
}

TEST(Accounting, bounds_the_calls_of_several_routes_exactly) {
  struct Bound {
    std::uint64_t backend;
    bool holds;
  };
  // The two without a reply may have made up to three calls each, or none.
  for (const Bound& bound : {Bound{540, true}, Bound{541, false}, Bound{534, true}, Bound{533, false}}) {
    AccountingInput input = mixed();
    input.backend_after.calls = 7 + bound.backend;
    EXPECT_EQ(reasons(account(input)).empty(), bound.holds) << bound.backend;
  }
}

TEST(Accounting, expects_each_status_of_as_many_requests_as_ask_for_it) {
  AccountingInput input = mixed();
  input.server_after->responses = {{"200", 7 + 379}, {"404", 23}};
  EXPECT_EQ(reasons(account(input)), std::vector{Reason::wrong_status});
}

TEST(Accounting, names_every_disagreement_of_counts) {
  expect_reasons({
      {"as many as in flight", [](In& in) { in.server_after->responses["200"] = 7 + 404; }, {}},
      {"more than in flight",
       [](In& in) { in.server_after->responses["200"] = 7 + 405; },
       {Reason::responses_mismatch}},
      {"the client has more",
       [](In& in) { in.server_after->responses["200"] = 7 + 399; },
       {Reason::responses_mismatch}},
      {"no call was made",
       [](In& in) {
         in.backend_after.calls = in.backend_after.completed = 7;
         in.server_after->backend_calls = 7;
       },
       {Reason::backend_calls_mismatch}},
      {"the server says it called", [](In& in) { in.backend_after.calls = 7; }, {Reason::backend_calls_mismatch}},
      {"one call short", [](In& in) { in.backend_after.calls = 7 + 399; }, {Reason::backend_calls_mismatch}},
      {"calls of nobody", [](In& in) { in.backend_after.calls = 7 + 405; }, {Reason::backend_calls_mismatch}},
      {"the server counts calls nobody saw",
       [](In& in) { in.server_after->backend_calls = 7 + 408; },
       {Reason::backend_calls_mismatch}},
      {"no calls asked, none made",
       [](In& in) {
         in.routes[0].calls = 0;
         in.server_after->backend_calls = 7;
         in.backend_after = in.backend_before;
       },
       {}},
      {"no reply at all",
       [](In& in) {
         in.result.requests = in.result.answered = 0;
         in.result.latency_us = ValueCounts{};
         in.server_after->responses["200"] = 7;
         in.server_after->backend_calls = 7;
         in.backend_after = in.backend_before;
       },
       {Reason::no_responses}},
  });
}

TEST(Accounting, without_live_counters_compares_client_and_backend) {
  const auto two_way = [](In& in) { in.server_before.reset(); };
  expect_reasons({
      {"in order", two_way, {}},
      {"no call was made",
       [&](In& in) {
         two_way(in);
         in.backend_after.calls = 7;
       },
       {Reason::backend_calls_mismatch}},
  });
  AccountingInput input = in_order();
  two_way(input);
  EXPECT_FALSE(account(input).accounting.three_way);
}

TEST(Accounting, names_errors_and_wrong_replies) {
  expect_reasons({
      {"0.25 % read errors", [](In& in) { in.result.errors.reset = 1; }, {Reason::client_errors}},
      {"timeouts", [](In& in) { in.result.errors.timeout = 4; }, {Reason::client_errors}},
      {"503 for some",
       [](In& in) {
         in.server_after->responses["200"] = 7 + 392;
         in.server_after->responses["503"] = 10;
       },
       {Reason::overload}},
      {"one 500",
       [](In& in) {
         in.server_after->responses["200"] = 7 + 401;
         in.server_after->responses["500"] = 1;
       },
       {Reason::wrong_status}},
      {"a status the workload expects",
       [](In& in) {
         in.routes[0].expected_status = 404;
         in.server_after->responses = {{"200", 7}, {"404", 402}};
       },
       {}},
  });
}

TEST(Accounting, tolerates_few_errors_with_a_warning) {
  AccountingInput input = in_order();
  input.result.requests = input.result.answered = 40'000;
  input.result.latency_us = ValueCounts{{99, 40'000}};
  input.server_after->responses["200"] = 7 + 40'000;
  input.server_after->backend_calls = 7 + 40'000;
  input.backend_after.calls = 7 + 40'000;
  input.result.errors.reset = 3;
  const AccountingOutcome outcome = account(input);
  EXPECT_THAT(reasons(outcome), IsEmpty());
  ASSERT_EQ(outcome.warnings.size(), 1U);
  EXPECT_EQ(outcome.warnings[0].text, "3 client errors");
}

TEST(Accounting, names_what_besides_the_model_shaped_the_figures) {
  expect_reasons({
      {"backend late in the window only: 8 % of the delay",
       [](In& in) {
         in.backend_before = {.calls = 1000, .completed = 1000, .delay_mean_us = 10'000};
         in.backend_after = {.calls = 1402, .completed = 1400, .delay_mean_us = 10'000};
         in.backend_after.lateness_mean_us = 800.0 * 400 / 1400;
       },
       {Reason::backend_late}},
      {"late before the window only",
       [](In& in) {
         in.backend_before.completed = in.backend_before.calls = 1000;
         in.backend_before.lateness_mean_us = 800;
         in.backend_after.completed = in.backend_after.calls = 1402;
         in.backend_after.lateness_mean_us = (800.0 * 1000 + 10.0 * 402) / 1402;
       },
       {}},
      {"steal", [](In& in) { in.steal_percent = 2.1; }, {Reason::steal}},
      {"steal within bounds", [](In& in) { in.steal_percent = 2.0; }, {}},
      {"broken checksum",
       [](In& in) {
         in.result.wrk->recovery = Recovery::failed;
         in.result.latency_us.reset();
       },
       {Reason::wrk_checksum}},
      {"histogram too large",
       [](In& in) {
         in.result.wrk->recovery = Recovery::capped;
         in.result.latency_us.reset();
       },
       {Reason::wrk_capped}},
  });
}

TEST(Accounting, says_why_latency_and_throughput_do_not_fit) {
  const auto gap = [](In& in) {
    in.result.latency_us = ValueCounts{{6000, 400}};
  };  // 40 % of the cycle is not latency
  expect_reasons({
      {"3 % exactly",
       [](In& in) {
         in.result.latency_us = ValueCounts{{9700, 400}};
       },
       {}},
      {"unexplained", gap, {Reason::latency_gap}},
      {"the generator's core is full",
       [&](In& in) {
         gap(in);
         in.generator_cpu_ns = 960'000'000;
       },
       {Reason::generator_bound}},
      {"a full core without a gap", [](In& in) { in.generator_cpu_ns = 960'000'000; }, {}},
      {"the server closes connections",
       [&](In& in) {
         gap(in);
         in.server_after->connections_accepted = in.server_after->connections_closed = 402;
         in.generator_cpu_ns = 960'000'000;
       },
       {Reason::server_closes}},
      {"connections never accepted",
       [&](In& in) {
         gap(in);
         in.server_after->connections_accepted = 3;
       },
       {Reason::starved}},
      {"connections accepted and not answered, in a short window for all",
       [](In& in) {
         in.connections = 10;
         in.server_before->per_connection = PerConnection{.answered = 3};
         in.server_after->per_connection = PerConnection{.answered = 3 + 4};
         in.server_after->connections_accepted = 10;
         in.result.latency_us = ValueCounts{{10'000, 400}};
       },
       {Reason::starved}},
      {"one without a reply, where the gap is small",
       [](In& in) {
         in.server_before->per_connection = PerConnection{.answered = 3};
         in.server_after->per_connection = PerConnection{.answered = 3 + 3};
       },
       {Reason::starved}},
      {"all answered, some reconnected",
       [](In& in) {
         in.server_before->per_connection = PerConnection{.answered = 3};
         in.server_after->per_connection = PerConnection{.answered = 3 + 7};
       },
       {}},
      {"few requests each",
       [](In& in) {
         in.connections = 10;
         in.result.latency_us = ValueCounts{{20'000, 400}};
         in.server_after->connections_accepted = 9;
       },
       {Reason::window_too_short}},
      {"latency longer than the cycle",
       [](In& in) {
         in.result.latency_us = ValueCounts{{11'000, 400}};
       },
       {Reason::latency_gap}},
      {"fewer requests than connections, no gap by chance",
       [](In& in) {
         in.connections = 500;
         in.server_after->connections_accepted = 500;
         in.result.wrk->recovery = Recovery::not_needed;
         in.result.latency_us = ValueCounts{{1'250'000, 400}};
       },
       {Reason::window_too_short}},
  });
}

TEST(Accounting, of_every_failure_has_a_consequence) {
  EXPECT_EQ(verdict({}), Validity::ok);
  EXPECT_EQ(verdict({{Reason::window_too_short, ""}}), Validity::ok);
  EXPECT_EQ(verdict({{Reason::window_too_short, ""}, {Reason::steal, ""}}), Validity::suspect);
  EXPECT_EQ(verdict({{Reason::steal, ""}, {Reason::responses_mismatch, ""}}), Validity::invalid);
  EXPECT_TRUE(voids_latency(Reason::window_too_short));
  EXPECT_TRUE(voids_latency(Reason::wrk_checksum));
  EXPECT_FALSE(voids_latency(Reason::steal));
  for (std::size_t i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(parse_reason(to_string(reason)), reason);
  }
  EXPECT_EQ(parse_reason("bad_luck"), std::nullopt);
}

}  // namespace
}  // namespace interleave
