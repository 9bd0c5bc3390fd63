#include "harness/record/launches.hpp"

#include <algorithm>
#include <utility>

namespace interleave {

LaunchSelection select_launches(std::span<const TrialRecord* const> trials, std::uint32_t planned) {
  std::vector<Launch> ok, suspect;
  for (const TrialRecord* trial : trials) {
    std::optional<TrialFigures> figures = figures_of(*trial);
    if (!figures) continue;
    (trial->validity == Validity::ok ? ok : suspect).push_back({.trial = trial, .figures = *figures});
  }
  LaunchSelection selection;
  selection.ok = static_cast<std::uint32_t>(ok.size());
  const bool enough = !ok.empty() && 2 * ok.size() >= planned;
  if (!enough) ok.insert(ok.end(), suspect.begin(), suspect.end());
  if (!ok.empty()) selection.validity = enough ? Validity::ok : Validity::suspect;
  selection.launches = std::move(ok);
  return selection;
}

std::vector<const TrialRecord*> trials_of(const SummaryCell& cell, std::span<const TrialRecord> trials) {
  std::vector<const TrialRecord*> found;
  for (const TrialRecord& trial : trials) {
    const bool belongs = std::find(cell.trials.begin(), cell.trials.end(), trial_id(trial.spec)) != cell.trials.end();
    if (belongs) found.push_back(&trial);
  }
  return found;
}

}  // namespace interleave
