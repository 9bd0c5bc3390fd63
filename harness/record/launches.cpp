#include "harness/record/launches.hpp"

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

}  // namespace interleave
