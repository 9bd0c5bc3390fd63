// Going on with a run: what of it is done, and whether it would be the same run.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harness/cli/places.hpp"
#include "harness/plan/plan.hpp"
#include "harness/record/run_record.hpp"

namespace interleave {

struct BegunRun {
  RunRecord run;                   // without the verdicts of trials that must be run again
  std::vector<std::string> notes;  // which these are and why, one line each
};

// Reads run.json and looks at the file of every trial that is said to be done: what is missing or damaged is run
// again. Throws UsageError: it is no run, or nothing of it is left to do.
[[nodiscard]] BegunRun read_begun_run(const std::filesystem::path& folder);

// An interrupted run goes on only as what it was: same build, same workloads, servers that say the same of themselves
// (variants with the same options), hence the same trials in the same order. `models`: one of each name in the run.
// Throws UsageError with what has changed. Pure.
void require_same(const RunRecord& begun, std::span<const LoadedWorkload> workloads,
                  std::span<const ModelDescription> models, std::span<const TrialSpec> trials);

// The trials without a verdict, in their order. Pure.
[[nodiscard]] std::vector<TrialSpec> trials_left(const RunRecord& run, std::span<const TrialSpec> trials);

}  // namespace interleave
