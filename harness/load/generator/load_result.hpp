// What a run of the generator found. Plain data; made by run_load(), read by the reports.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/load/generator/arrivals.hpp"
#include "harness/load/generator/request_log.hpp"
#include "harness/load/generator/self_check.hpp"
#include "harness/load/generator/tally.hpp"
#include "harness/load/generator/timeline.hpp"

namespace interleave {

// How the requests of the window fell on the connections.
struct ConnectionShares {
  std::uint64_t alive = 0;    // open at the end
  std::uint64_t used = 0;     // given at least one request
  std::uint64_t starved = 0;  // of those: never answered
  std::uint64_t least = 0;    // replies per used connection
  std::uint64_t median = 0;
  std::uint64_t most = 0;
  double jain = 1;  // Jain's fairness index over the used ones: 1 all equal, 1/n one has all
};

// One run of a search for the highest rate.
struct SearchStep {
  double rate = 0;
  bool kept = false;                      // the promise
  std::optional<std::uint64_t> value_ns;  // the percentile promised; nullopt: undefined, too many failed
  double throughput_rps = 0;
  LoadValidity validity = LoadValidity::ok;
};

struct LoadResult {
  explicit LoadResult(Nanoseconds deadline) : tally(deadline) {}

  Tally tally;
  std::optional<Timeline> timeline;             // where asked for
  std::optional<RequestLog> requests;           // likewise; those of the warm-up included
  ScheduleDigest schedule;                      // of an open loop; empty if interrupted within it
  std::chrono::system_clock::time_point began;  // the window, by the wall clock
  Nanoseconds duration{0};                      // of the window; shorter than planned if interrupted
  int interrupted_by = 0;                       // a signal, or 0
  ConnectionShares connections;
  Nanoseconds cpu{0};                 // of the threads, in the window
  std::uint64_t peak_memory_kib = 0;  // of the process
  LoadEvidence evidence;
  LoadVerdict verdict;
  std::vector<SearchStep> search;  // the runs of a search, in their order; this result is of the best one
};

}  // namespace interleave
