// The books of open loops, and of generators that do not count requests by route or judge themselves.
#include <functional>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/trial/accounting.hpp"

namespace interleave {
namespace {

using testing::IsEmpty;

std::vector<Reason> reasons_of_open(const AccountingOutcome& outcome) {
  std::vector<Reason> list;
  for (const Finding& finding : outcome.findings) list.push_back(finding.reason);
  return list;
}

// 1,000 requests of an open loop after a warm-up of 100, all answered; one call each.
AccountingInput open_loop() {
  AccountingInput input;
  input.kind = LoadKind::open;
  input.connections = 4;
  input.routes = {{.calls = 1, .expected_status = 200}};
  input.result.scheduled = 1000;
  input.result.requests = 998;  // at the window's end; two came after it
  input.result.answered = 1100;
  input.result.duration_us = 1'000'000;
  input.result.latency_us = ValueCounts{{10'000, 1000}};
  input.result.self_check = SelfCheckVerdict{};
  input.server_before = ServerCounters{};
  input.server_after = ServerCounters{};
  input.server_after->responses = {{"200", 1100}};
  input.server_after->backend_calls = 1100;
  input.backend_after.calls = input.backend_after.completed = 1100;
  input.window_ns = 1'000'000'000;
  return input;
}

TEST(OpenAccounting, of_an_open_loop_has_no_cycle_to_compare) {
  const AccountingOutcome outcome = account(open_loop());
  EXPECT_THAT(reasons_of_open(outcome), IsEmpty());
  EXPECT_EQ(outcome.accounting.client_responses, 1100U);
  EXPECT_EQ(outcome.accounting.tolerance, 0U);
  EXPECT_DOUBLE_EQ(*outcome.accounting.mean_latency_us, 10'000);
  EXPECT_FALSE(outcome.accounting.cycle_us || outcome.accounting.little_gap_percent);
}

TEST(OpenAccounting, tells_overload_of_an_open_loop_from_errors) {
  struct Case {
    const char* what;
    std::function<void(AccountingInput&)> change;
    std::vector<Reason> expected;
  };
  const Case cases[] = {
      {"two in a thousand late",
       [](AccountingInput& in) {
         in.result.errors.timeout = in.result.unanswered = 2;
         in.result.answered -= 2;
         in.result.requests -= 2;
       },
       {Reason::overload}},
      {"one in a thousand is not many",
       [](AccountingInput& in) {
         in.result.errors.timeout = in.result.unanswered = 1;
         in.result.answered -= 1;
       },
       {}},
      {"shed",
       [](AccountingInput& in) {
         in.result.errors.shed = 5;
         in.result.answered -= 5;
         in.server_after->responses["200"] -= 5;
         in.server_after->backend_calls -= 5;
         in.backend_after.calls -= 5;
       },
       {Reason::overload}},
      {"still open at the end",
       [](AccountingInput& in) { in.result.errors.censored = in.result.unanswered = 5; },
       {Reason::overload}},
      {"answered, but ever later", [](AccountingInput& in) { in.result.requests = 960; }, {Reason::overload}},
      {"a few at the edge", [](AccountingInput& in) { in.result.requests = 975; }, {}},
      {"nine of a hundred may be chance",
       [](AccountingInput& in) {
         in.result.scheduled = 100;
         in.result.requests = 91;
       },
       {}},
      {"resets are errors",
       [](AccountingInput& in) { in.result.errors.reset = in.result.unanswered = 5; },
       {Reason::client_errors}},
      {"more replies than were asked for",
       [](AccountingInput& in) { in.server_after->responses["200"] += 1; },
       {Reason::responses_mismatch}},
      {"a call too many", [](AccountingInput& in) { in.backend_after.calls += 1; }, {Reason::backend_calls_mismatch}},
  };
  for (const Case& c : cases) {
    AccountingInput input = open_loop();
    c.change(input);
    EXPECT_EQ(reasons_of_open(account(input)), c.expected) << c.what;
  }
}

TEST(OpenAccounting, passes_on_what_the_generator_says_of_itself) {
  AccountingInput input = open_loop();
  input.result.self_check = SelfCheckVerdict{.verdict = SelfCheck::suspect, .detail = "stalled for 9 ms"};
  EXPECT_EQ(reasons_of_open(account(input)), std::vector{Reason::generator_suspect});
  EXPECT_EQ(account(input).findings[0].detail, "stalled for 9 ms");
  input.result.self_check->verdict = SelfCheck::generator_bound;
  EXPECT_EQ(reasons_of_open(account(input)), std::vector{Reason::generator_bound});
  EXPECT_NE(verdict(account(input).findings), Validity::ok) << "never ranked";
}

TEST(OpenAccounting, without_counts_by_route_asks_only_that_each_request_took_one) {
  AccountingInput input = open_loop();
  input.routes = {{.calls = 1, .expected_status = 200}, {.calls = 3, .expected_status = 404}};
  for (const auto& [calls, holds] : {std::pair{1099, false}, {1100, true}, {3300, true}, {3301, false}}) {
    input.server_after->backend_calls = input.backend_after.calls = static_cast<std::uint64_t>(calls);
    EXPECT_EQ(reasons_of_open(account(input)).empty(), holds) << calls;
  }
  input.server_after->backend_calls = input.backend_after.calls = 2200;
  EXPECT_DOUBLE_EQ(account(input).accounting.calls_per_request, 2);
}

}  // namespace
}  // namespace interleave
