// The books of a trial: do client, server and backend agree, and can the latencies be believed? Pure: everything
// comes in as values, so each rule is a table of cases in the test.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/record/counters.hpp"
#include "harness/record/trial_record.hpp"
#include "harness/record/validity.hpp"

namespace interleave {

// Thresholds, in one place; docs/methodology.md says why each.
struct AccountingLimits {
  double little_gap_percent = 3.0;
  double requests_per_connection = 50.0;
  double generator_busy = 0.95;  // share of a core
  double lateness_percent = 5.0;
  double steal_percent = 2.0;
  double error_percent = 0.1;
  double shortfall_percent = 3.0;  // of an open loop's requests without a reply at the window's end
  double shortfall_requests = 10;  // ... and at least so many: in a short window single requests are percents
};

// What the books need of a route, in the workload's order.
struct RouteFacts {
  std::uint32_t calls = 0;  // to the backend, of each request
  int expected_status = 200;
};

struct AccountingInput {
  LoadKind kind = LoadKind::closed;
  std::uint32_t connections = 1;
  std::vector<RouteFacts> routes{{}};  // at least one; result.route_requests has as many or none
  DriverResult result;
  // Before and after the window; without them (no capability live_counters) accounting is two-way.
  std::optional<ServerCounters> server_before, server_after;
  BackendStats backend_before, backend_after;
  std::optional<std::uint64_t> generator_cpu_ns;
  std::uint64_t window_ns = 0;
  std::optional<double> steal_percent;
};

struct AccountingOutcome {
  Accounting accounting;
  std::vector<Finding> findings;
  std::vector<Warning> warnings;
};

[[nodiscard]] AccountingOutcome account(const AccountingInput& input, const AccountingLimits& limits = {});

}  // namespace interleave
