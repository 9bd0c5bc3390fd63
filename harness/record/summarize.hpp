// From trials to summary: pure. The replicate is a launch of a server process; figures are medians over launches with
// a 95 % interval (harness/stats). The same trials give the same bytes.
#pragma once
#include <filesystem>
#include <span>

#include "harness/record/run_record.hpp"
#include "harness/record/summary_record.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

// With fewer launches a cell is "indicative".
inline constexpr std::uint32_t kEnoughRepetitions = 6;

[[nodiscard]] SummaryRecord summarize(const RunRecord& run, std::span<const TrialRecord> trials);

// Reads the run's folder, writes its summary.json and exports/ and returns what it says.
SummaryRecord summarize_folder(const std::filesystem::path& run_folder);

}  // namespace interleave
