// The launches that the figures of a cell, or of a calibration, rest on. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "harness/record/summary_record.hpp"
#include "harness/record/trial_figures.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

// A trial with what it contributes; borrowed from the trials given.
struct Launch {
  const TrialRecord* trial = nullptr;
  TrialFigures figures;
};

struct LaunchSelection {
  std::vector<Launch> launches;
  std::uint32_t ok = 0;
  Validity validity = Validity::invalid;
};

// Those that are ok. Where they are fewer than half of what was planned, the suspect ones too, and the whole is
// suspect: a verdict is given on grounds other than the result, so leaving suspect launches out does not select
// results.
[[nodiscard]] LaunchSelection select_launches(std::span<const TrialRecord* const> trials, std::uint32_t planned);

// The trials of a cell of the summary, in the order of `trials`.
[[nodiscard]] std::vector<const TrialRecord*> trials_of(const SummaryCell& cell, std::span<const TrialRecord> trials);

}  // namespace interleave
