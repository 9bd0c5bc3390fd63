#include "harness/cli/gate_run.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <stdexcept>

#include "core/base/atomic_file.hpp"
#include "core/base/read_file.hpp"
#include "core/service/cpu_work.hpp"
#include "harness/record/portable.hpp"
#include "harness/record/record_io.hpp"
#include "harness/stats/interval.hpp"
#include "harness/trial/runner.hpp"

namespace interleave {
namespace {

std::string names(const std::vector<GateCell>& cells) {
  std::string text;
  for (const GateCell& cell : cells) text += (text.empty() ? "" : ", ") + to_string(cell);
  return text;
}

}  // namespace

double GateRun::pilot_cpu_us(const GateCell& cell) {
  constexpr std::uint32_t kPilots = 3;
  std::vector<double> costs;
  for (std::uint32_t number = 1; number <= kPilots; ++number) {
    const PairPlan pair{
        .cell = cell, .stage = Stage::screen, .sequence = number, .number = number, .head_first = false};
    const TrialRecord trial = run_one(launch_spec(record_.plan, pair, Side::base), Side::base);
    const GateLaunch launch = launch_of(trial, 0, record_.layout.server_cores);
    if (launch.figures.cpu_us_per_request) costs.push_back(*launch.figures.cpu_us_per_request);
  }
  if (costs.empty()) throw std::runtime_error("the base's server gives no CPU time per request: nothing to inject");
  return median(costs);
}

GateReport GateRun::screen() {
  run_stage(Stage::screen, record_.plan.cells);
  return evaluate(record_.plan, pairs_);
}

GateReport GateRun::execute() {
  GateReport screened = screen();
  const std::vector<GateCell> suspicious = suspicious_cells(screened);
  if (suspicious.empty()) return screened;
  if (!silent_) std::cerr << "suspicious, so confirmed on fresh pairs: " << names(suspicious) << '\n';
  run_stage(Stage::confirm, suspicious);
  return evaluate(record_.plan, pairs_);
}

void GateRun::run_stage(Stage stage, const std::vector<GateCell>& cells) {
  const std::vector<PairPlan> pairs =
      plan_pairs(record_.plan, stage, cells, static_cast<std::uint32_t>(pairs_planned_));
  pairs_planned_ += pairs.size();
  std::vector<TrialSpec> open;
  for (const PairPlan& pair : pairs) {
    for (const Side side : {Side::base, Side::head}) {
      const TrialSpec spec = launch_spec(record_.plan, pair, side);
      if (!record_.stalls_ms.contains(trial_id(spec))) open.push_back(spec);
    }
  }
  Progress progress(open.size(), estimate_time(open), silent_);
  for (const PairPlan& pair : pairs) {
    // No need to see a side fail once more.
    if (evaluate(record_.plan, pairs_).is_broken(pair.cell)) continue;
    MeasuredPair measured{pair, {}, {}};
    for (const bool first : {true, false}) {
      const Side side = pair.head_first == first ? Side::head : Side::base;
      (side == Side::base ? measured.base : measured.head) = launch(pair, side, progress);
    }
    pairs_.push_back(std::move(measured));
  }
}

GateLaunch GateRun::launch(const PairPlan& pair, Side side, Progress& progress) {
  const TrialSpec spec = launch_spec(record_.plan, pair, side);
  const std::filesystem::path folder = folder_.path() / to_string(side);
  const auto done = record_.stalls_ms.find(trial_id(spec));
  if (done != record_.stalls_ms.end()) {
    const std::filesystem::path file = trial_path(folder, spec);
    const TrialRecord trial = trial_from_json(read_file(file).value_or(""), file.string());
    return launch_of(trial, done->second, record_.layout.server_cores);
  }
  progress.begin(spec);
  (void)jitter_.take_longest();
  const TrialRecord trial = portable(run_one(spec, side), private_folders(inputs_.places));
  const double stall_ms = std::chrono::duration<double, std::milli>(jitter_.take_longest()).count();
  write_trial(folder, trial);
  record_.stalls_ms[trial_id(spec)] = stall_ms;
  write_atomically(folder_.path() / kGateFile, to_json(record_));
  progress.end(trial);
  return launch_of(trial, stall_ms, record_.layout.server_cores);
}

TrialRecord GateRun::run_one(const TrialSpec& spec, Side side) {
  const Contest& contest = inputs_.contestants.models.at(spec.model);
  const LoadedWorkload& loaded =
      side == Side::head && inputs_.head_workload ? *inputs_.head_workload : inputs_.workload;
  const std::optional<CpuRate> rate =
      record_.cpu_iterations_per_us ? std::optional(CpuRate{*record_.cpu_iterations_per_us}) : std::nullopt;
  const auto driver = make_driver(spec.load.driver, inputs_.places.driver_files());
  const TrialSetup setup{.backend_program = inputs_.places.backend(),
                         .server = side == Side::base ? contest.base : contest.head,
                         .workload = loaded.workload,
                         .workload_file = loaded.file,
                         .driver = *driver,
                         .scratch = folder_.scratch(),
                         .layout = record_.layout,
                         .cpu_rate = rate};
  return run_trial(spec, setup, interrupt_);
}

}  // namespace interleave
