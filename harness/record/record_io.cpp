#include "harness/record/record_io.hpp"

#include <optional>
#include <utility>

#include "core/base/atomic_file.hpp"
#include "core/base/error.hpp"
#include "core/base/read_file.hpp"

namespace interleave {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::optional<std::string> text = read_file(file);
  if (!text) throw UsageError(file.string() + ": cannot be read (is this the folder of a run?)");
  return std::move(*text);
}

std::filesystem::path trial_path(const std::filesystem::path& run_folder, const std::string& id) {
  return run_folder / "trials" / (id + ".json");
}

}  // namespace

std::filesystem::path trial_path(const std::filesystem::path& run_folder, const TrialSpec& spec) {
  return trial_path(run_folder, trial_id(spec));
}

void write_trial(const std::filesystem::path& run_folder, const TrialRecord& trial) {
  write_atomically(trial_path(run_folder, trial.spec), to_json(trial));
}

void write_run(const std::filesystem::path& run_folder, const RunRecord& run) {
  write_atomically(run_folder / "run.json", to_json(run));
}

void write_summary(const std::filesystem::path& run_folder, const SummaryRecord& summary) {
  write_atomically(run_folder / "summary.json", to_json(summary));
}

RunRecord read_run(const std::filesystem::path& run_folder) {
  const std::filesystem::path file = run_folder / "run.json";
  return run_from_json(read_text(file), file.string());
}

TrialRecord read_trial(const std::filesystem::path& run_folder, const std::string& id) {
  const std::filesystem::path file = trial_path(run_folder, id);
  return trial_from_json(read_text(file), file.string());
}

std::vector<TrialRecord> read_trials(const std::filesystem::path& run_folder) {
  std::vector<TrialRecord> trials;
  for (const std::string& id : read_run(run_folder).order) {
    if (!std::filesystem::exists(trial_path(run_folder, id))) continue;
    try {
      trials.push_back(read_trial(run_folder, id));
    } catch (const UsageError& error) {
      throw UsageError(std::string(error.what()) + " (interleave run --resume " + run_folder.string() +
                       " runs it again)");
    }
  }
  return trials;
}

}  // namespace interleave
