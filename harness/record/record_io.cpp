#include "harness/record/record_io.hpp"

#include <fstream>
#include <iterator>

#include "core/base/error.hpp"
#include "harness/record/atomic_file.hpp"

namespace interleave {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UsageError(file.string() + ": cannot be read; is this the folder of a run?");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::filesystem::path trial_path(const std::filesystem::path& run_folder, const TrialSpec& spec) {
  return run_folder / "trials" / (trial_id(spec) + ".json");
}

void write_trial(const std::filesystem::path& run_folder, const TrialRecord& trial) {
  const std::filesystem::path file = trial_path(run_folder, trial.spec);
  std::filesystem::create_directories(file.parent_path());
  write_atomically(file, to_json(trial));
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

std::vector<TrialRecord> read_trials(const std::filesystem::path& run_folder) {
  std::vector<TrialRecord> trials;
  for (const std::string& id : read_run(run_folder).order) {
    const std::filesystem::path file = run_folder / "trials" / (id + ".json");
    if (!std::filesystem::exists(file)) continue;
    trials.push_back(trial_from_json(read_text(file), file.string()));
  }
  return trials;
}

}  // namespace interleave
