// The three kinds of result files: writing (atomically), reading, and finding them in a run's folder. The only place
// that knows their JSON. Readers throw UsageError with one line "<file>: what is wrong"; writers throw
// std::system_error (core/base/atomic_file.hpp).
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.hpp"
#include "harness/record/summary_record.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

// 2: the result of any generator stands in "result" (it was "wrk").
inline constexpr int kSchemaVersion = 2;

[[nodiscard]] std::string to_json(const TrialRecord& trial);
[[nodiscard]] std::string to_json(const RunRecord& run);
[[nodiscard]] std::string to_json(const SummaryRecord& summary);

// `name` stands in messages.
[[nodiscard]] TrialRecord trial_from_json(std::string_view text, std::string_view name);
[[nodiscard]] RunRecord run_from_json(std::string_view text, std::string_view name);

[[nodiscard]] std::filesystem::path trial_path(const std::filesystem::path& run_folder, const TrialSpec& spec);

// trials/<id>.json. The folders exist: one that was removed while a run goes on is not made again.
void write_trial(const std::filesystem::path& run_folder, const TrialRecord& trial);
void write_run(const std::filesystem::path& run_folder, const RunRecord& run);  // run.json
void write_summary(const std::filesystem::path& run_folder, const SummaryRecord& summary);

[[nodiscard]] RunRecord read_run(const std::filesystem::path& run_folder);
[[nodiscard]] TrialRecord read_trial(const std::filesystem::path& run_folder, const std::string& id);
// All trials that exist, in the run's order.
[[nodiscard]] std::vector<TrialRecord> read_trials(const std::filesystem::path& run_folder);

}  // namespace interleave
