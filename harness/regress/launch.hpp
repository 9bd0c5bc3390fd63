// One launch as the gate sees it, cut in three so that none can look at another: the conditions, which alone decide
// whether its pair is void; a failure of the server, which no comparison can follow; and the figures, looked at last.
// Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "harness/record/trial_record.hpp"

namespace interleave {

// The figures that are compared. nullopt: this launch has none (no counters, no latency).
struct LaunchFigures {
  std::optional<double> cpu_us_per_request;
  std::optional<double> ctx_switches_per_request;
  std::optional<double> p50_ms;
  std::optional<double> p99_ms;
  std::optional<double> throughput_rps;
  std::optional<double> server_busy;  // share of the cores it may use
};

// What the machine did to the launch; nothing here depends on how fast the server was.
struct LaunchConditions {
  double steal_percent = 0;
  double stall_ms = 0;      // longest time the harness's core did not run it when it was due
  std::string disturbance;  // a finding against the generator, the backend or the harness; empty: none
};

struct GateLaunch {
  std::string id;
  LaunchConditions conditions;
  std::optional<Finding> failure;  // the server's: it died, it answered wrongly, it refused requests
  LaunchFigures figures;
};

// Limits of the voiding rule, in one place.
struct VoidLimits {
  double steal_percent = 2;
  double stall_ms = 20;
};

[[nodiscard]] GateLaunch launch_of(const TrialRecord& trial, double stall_ms, std::uint32_t server_cores);

// Why the pair of this launch is void; empty: it is not.
[[nodiscard]] std::string void_reason(const LaunchConditions& conditions, const VoidLimits& limits = {});

// Whose doing a finding is: the server's (a failure), the machine's or the harness's (a disturbance), or neither - it
// only says that a latency cannot be given.
enum class Blame : std::uint8_t { server, machine, nobody };
[[nodiscard]] Blame blame_for(Reason reason) noexcept;

// A failure of the server that a disturbed machine can bring about as well: requests timed out or refused. Such a
// failure counts only where nothing disturbed the launch.
[[nodiscard]] bool noise_can_cause(Reason failure) noexcept;

}  // namespace interleave
