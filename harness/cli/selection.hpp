// Which models meet which workloads in a run, and which do not and why.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "harness/cli/places.hpp"
#include "harness/plan/plan.hpp"
#include "harness/process/discovery.hpp"

namespace interleave {

struct Selection {
  std::vector<WorkloadModels> cells;  // points into the workloads given
  std::vector<std::string> models;    // that appear in any cell, in the order found
  std::vector<std::string> notes;     // "ceiling on one_call: ...", one line each
};

// `wanted` empty: every model found but those that say they are an example (capability "example"). Those that were
// skipped (`found.skipped`) are left out; to say so is the caller's. Throws UsageError for a model that does not
// exist, and if nothing is left to run. Pure.
[[nodiscard]] Selection select_cells(const Discovery& found, std::span<const LoadedWorkload> workloads,
                                     std::span<const std::string> wanted);

// REQUIRES: there is one of that name.
[[nodiscard]] const ServerProgram& server_named(const Discovery& found, std::string_view name);
[[nodiscard]] const LoadedWorkload& workload_named(std::span<const LoadedWorkload> workloads, std::string_view name);

}  // namespace interleave
