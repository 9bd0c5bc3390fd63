// What a load generator says of the window it measured: one form for all of them, and beside it what only one of them
// has to tell. Plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/stats/quantile.hpp"

namespace interleave {

// Requests that failed at the client, by kind.
struct DriverErrors {
  std::uint64_t connect = 0;
  std::uint64_t reset = 0;    // the connection broke while writing or reading
  std::uint64_t status = 0;   // replies with a status above 399
  std::uint64_t timeout = 0;  // no reply in time
  // Of an open loop only:
  std::uint64_t shed = 0;      // never sent: too many requests waited for a connection
  std::uint64_t censored = 0;  // still without a reply when the generator ended

  [[nodiscard]] std::uint64_t total() const noexcept { return connect + reset + status + timeout + shed + censored; }
};

// How wrk's rewriting of its latencies was undone (harness/load/wrk_recovery.hpp).
enum class Recovery : std::uint8_t {
  exact,       // undone; the counts prove it
  not_needed,  // wrk rewrote nothing
  failed,      // the counts do not add up: no latencies
  capped       // the histogram was too large to export: no latencies
};

// As wrk says it, phantom samples included: for reference only, never for results.
struct WrkReported {
  double min_us = 0, max_us = 0, mean_us = 0, stdev_us = 0;
  double p50_us = 0, p90_us = 0, p99_us = 0, p999_us = 0;
};

struct WrkDetails {
  std::optional<WrkReported> reported;     // nullopt: no reply at all
  std::uint64_t expected_interval_us = 0;  // of the rewriting; 0: wrk rewrote nothing
  bool corrected = false;                  // wrk added at least one phantom sample
  Recovery recovery = Recovery::failed;
};

// What a generator that checks itself says of its own measurement.
enum class SelfCheck : std::uint8_t { ok, suspect, generator_bound };
struct SelfCheckVerdict {
  SelfCheck verdict = SelfCheck::ok;
  std::string detail;  // one line; empty where it is ok
};

struct DriverResult {
  std::uint64_t requests = 0;  // answered in the window, whatever the status: throughput is this over the duration
  std::uint64_t duration_us = 0;
  // Of the whole run, warm-up included where the generator makes its own: what the server must have counted too.
  std::uint64_t answered = 0;
  std::uint64_t unanswered = 0;  // at most this many more may have reached the server
  std::uint64_t bytes = 0;       // received
  DriverErrors errors;
  // Requests begun on each of the workload's routes, in its order; empty where they are not counted.
  std::vector<std::uint64_t> route_requests;
  std::optional<ValueCounts> latency_us;  // as they were, microseconds; nullopt: they cannot be had
  std::uint64_t latency_lost = 0;  // requests of the window that belong above all of these: no proper reply came
  // Requests that the schedule of an open loop put into the window, sent or not; nullopt: a closed loop.
  std::optional<std::uint64_t> scheduled;
  std::optional<SelfCheckVerdict> self_check;  // nullopt: it does not check itself
  std::optional<WrkDetails> wrk;               // if the driver was wrk
  std::string interleave;                      // if it was interleave-load: its report as it wrote it, JSON
};

}  // namespace interleave
