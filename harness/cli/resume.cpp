#include "harness/cli/resume.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/version.hpp"
#include "harness/cli/selection.hpp"
#include "harness/record/record_io.hpp"
#include "interleave_version.hpp"

namespace interleave {

BegunRun read_begun_run(const std::filesystem::path& folder) {
  BegunRun begun{read_run(folder), {}};
  std::map<std::string, Validity>& verdicts = begun.run.verdicts;
  for (const std::string& id : begun.run.order) {
    if (!verdicts.contains(id)) continue;
    try {
      (void)read_trial(folder, id);
    } catch (const UsageError& error) {
      begun.notes.push_back(fmt::format("trial {} is run again: {}", id, error.what()));
      verdicts.erase(id);
    }
  }
  const bool all_done = begun.run.complete && verdicts.size() == begun.run.order.size();
  if (all_done && std::filesystem::exists(folder / "summary.json")) {
    throw UsageError("this run is complete: nothing to resume");
  }
  return begun;
}

void require_same(const RunRecord& begun, std::span<const LoadedWorkload> workloads,
                  std::span<const ModelDescription> models, std::span<const TrialSpec> trials) {
  if (begun.commit != build_commit() || begun.build_type != kBuildType) {
    throw UsageError(fmt::format("this run was begun by {} ({}), and this is {} ({}): start a new run", begun.commit,
                                 begun.build_type, build_commit(), kBuildType));
  }
  for (const WorkloadFacts& facts : begun.workloads) {
    if (workload_named(workloads, facts.name).source != facts.source) {
      throw UsageError("workload '" + facts.name + "' has changed since this run was begun: start a new run");
    }
  }
  for (const ModelDescription& model : begun.models) {
    const auto now = std::find_if(models.begin(), models.end(),
                                  [&](const ModelDescription& other) { return other.name == model.name; });
    if (now == models.end() || now->summary != model.summary || now->in_flight_limit != model.in_flight_limit) {
      throw UsageError("server '" + model.name + "' has changed since this run was begun: start a new run");
    }
  }
  const bool same_order =
      std::equal(trials.begin(), trials.end(), begun.order.begin(), begun.order.end(),
                 [](const TrialSpec& trial, const std::string& id) { return trial_id(trial) == id; });
  if (!same_order) throw UsageError("the plan gives other trials than when this run was begun: start a new run");
}

std::vector<TrialSpec> trials_left(const RunRecord& run, std::span<const TrialSpec> trials) {
  std::vector<TrialSpec> left;
  std::copy_if(trials.begin(), trials.end(), std::back_inserter(left),
               [&run](const TrialSpec& trial) { return !run.verdicts.contains(trial_id(trial)); });
  return left;
}

}  // namespace interleave
