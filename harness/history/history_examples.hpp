// Entries for tests. Not part of the harness.
#pragma once
#include <fmt/format.h>

#include "harness/history/history_entry.hpp"

namespace interleave::examples {

// One cell whose CPU time is `cpu_us` plus or minus 1 %; its p50 is always 10.3 ms.
inline HistoryEntry history_entry(const std::string& commit, int day, double cpu_us,
                                  const std::string& kernel = "6.1") {
  HistoryEntry entry;
  entry.commit = commit;
  entry.started_utc = fmt::format("2026-01-{:02}T12:00:00Z", day);
  entry.source = "run-" + commit;
  entry.hostname = "host";
  entry.machine.cpu_model = "a CPU";
  entry.machine.cpus_online = 2;
  entry.machine.kernel = kernel;
  entry.machine.build_type = "Release";
  entry.machine.compiler = "g++ 12";
  entry.machine.flags = "-O3";
  entry.conditions = {.plan = "quick", .warmup_ns = 500'000'000, .duration_ns = 2'000'000'000};
  HistoryCell cell;
  cell.model = "libuv_loop";
  cell.workload = "one_call";
  cell.load.connections = 64;
  cell.launches = 6;
  cell.figures["cpu_us_per_request"] = Estimate{cpu_us, 0.99 * cpu_us, 1.01 * cpu_us};
  cell.figures["p50_ms"] = Estimate{10.3, {}, {}};
  entry.cells.push_back(cell);
  return entry;
}

}  // namespace interleave::examples
