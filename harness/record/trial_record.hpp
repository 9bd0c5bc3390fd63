// Everything one trial yields, raw: the file trials/<id>.json (docs/schemas/trial.schema.json). Statistics come later
// and only from these files. Plain values.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/plan/plan.hpp"
#include "harness/record/counters.hpp"
#include "harness/record/driver_result.hpp"
#include "harness/record/validity.hpp"

namespace interleave {

// One look at one process; t_ms counts from the start of the window. A quick look leaves out what is dear to read.
struct ProcessSample {
  std::int64_t t_ms = 0;
  std::uint64_t cpu_user_ns = 0;    // since the process started
  std::uint64_t cpu_system_ns = 0;  // since the process started
  std::optional<std::uint64_t> rss_kib;
  std::optional<std::uint64_t> pss_kib;
  std::uint32_t threads = 0;
  std::optional<std::uint32_t> fds;
  std::optional<std::uint64_t> runqueue_wait_ns;  // sum over live threads
};

// Totals of one process over the window.
struct ProcessWindow {
  std::uint64_t cpu_ns = 0;  // clock_getcpuclockid: exact, whole process
  std::uint64_t cpu_user_ns = 0;
  std::uint64_t cpu_system_ns = 0;
  std::uint64_t max_rss_kib = 0;
  std::uint32_t max_threads = 0;
  std::uint32_t max_fds = 0;
  std::optional<std::uint64_t> voluntary_switches;  // only where the process reports them itself
  std::optional<std::uint64_t> involuntary_switches;
};

// One process of a trial. Roles: "server", "backend", "generator".
struct ProcessRecord {
  std::vector<std::string> command;
  std::vector<std::uint32_t> cpus;  // affinity; empty: not pinned
  std::optional<ProcessWindow> window;
  std::vector<ProcessSample> samples;
};

struct MachineSample {
  std::int64_t t_ms = 0;
  double steal_percent = 0;  // of all CPU time, since the last sample
  double load1 = 0;
  std::optional<double> psi_cpu_some_percent;  // share of the time since the last sample
  std::uint64_t tcp_retransmits = 0;           // since the window began
  std::uint64_t listen_overflows = 0;          // since the window began
};

// Totals of the machine over the window.
struct MachineWindow {
  double steal_percent = 0;
  std::uint64_t tcp_retransmits = 0;
  std::uint64_t listen_overflows = 0;
};

// The books of one trial (harness/trial/accounting.hpp).
struct Accounting {
  bool three_way = true;  // false: the server has no live counters, so only client and backend are compared
  std::uint64_t client_responses = 0;
  std::uint64_t server_responses = 0;
  std::uint64_t server_calls = 0;
  std::uint64_t backend_calls = 0;
  double calls_per_request = 0;
  std::uint64_t tolerance = 0;               // in flight at the ends of the window
  std::optional<double> mean_latency_us;     // of the client's histogram
  std::optional<double> cycle_us;            // connections x duration / requests
  std::optional<double> little_gap_percent;  // (cycle - mean latency) / cycle
  std::optional<double> generator_busy;      // CPU time of the generator / window, of one core
  std::optional<double> lateness_percent;    // backend: mean lateness / mean delay
  std::optional<std::uint64_t> starved;      // connections without one response in the window
  std::optional<double> jain;                // Jain's index of the responses per connection: 1 = all alike
};

struct TrialRecord {
  TrialSpec spec;
  std::string started_utc;  // 2025-01-31T12:00:00Z
  Validity validity = Validity::invalid;
  std::vector<Finding> findings;  // reasons of the verdict, and of a latency that is null
  std::vector<Warning> warnings;
  std::uint64_t window_ns = 0;  // between the snapshots
  std::map<std::string, ProcessRecord> processes;
  std::optional<DriverResult> result;  // of the window's load
  std::optional<ServerCounters> server_before, server_after, server_final;
  std::optional<BackendStats> backend_before, backend_after;
  std::optional<Accounting> accounting;
  std::vector<MachineSample> machine_samples;
  std::optional<MachineWindow> machine_window;
};

}  // namespace interleave
