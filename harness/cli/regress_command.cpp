// `interleave regress`: is one build slower than another? Pairs of launches, a screen, a confirmation, a verdict.
#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include "core/base/atomic_file.hpp"
#include "core/base/read_file.hpp"
#include "core/base/version.hpp"
#include "core/service/cpu_work.hpp"
#include "harness/cli/commands.hpp"
#include "harness/cli/contestants.hpp"
#include "harness/cli/gate_run.hpp"
#include "harness/cli/injection.hpp"
#include "harness/history/history_file.hpp"
#include "harness/plan/custom_workload.hpp"
#include "harness/process/child.hpp"
#include "harness/process/cpus.hpp"
#include "harness/process/host.hpp"
#include "harness/regress/calibration.hpp"
#include "harness/regress/gate_log.hpp"
#include "harness/trial/runner.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kCalibrationPairs = 48;      // of each model: 96 launches
constexpr std::uint64_t kCalibrationGates = 10'000;  // resampled from them

GatePlan plan_of(const RegressOptions& options, const GateInputs& inputs) {
  GatePlan plan;
  if (options.smoke) {
    plan.warmup = std::chrono::milliseconds(300);
    plan.duration = std::chrono::milliseconds(1000);
  }
  if (options.calibrate) plan.screen_pairs = kCalibrationPairs;
  if (options.pairs) plan.screen_pairs = *options.pairs;
  if (options.confirm_pairs) plan.confirm_pairs = *options.confirm_pairs;
  if (options.warmup) plan.warmup = *options.warmup;
  if (options.duration) plan.duration = *options.duration;
  plan.seed = options.seed;
  for (const auto& [model, contest] : inputs.contestants.models) {
    plan.cells.push_back({model, inputs.workload.workload.name, options.connections});
  }
  if (plan.cells.empty() && inputs.contestants.identical.empty())
    throw UsageError("nothing to compare: base and head have no model in common");
  return plan;
}

void require_same(const GateRecord& begun, const GateRecord& now) {
  if (begun.sides.base != now.sides.base || begun.sides.head != now.sides.head ||
      begun.plan.cells != now.plan.cells || begun.inject != now.inject || begun.plan.seed != now.plan.seed ||
      begun.plan.screen_pairs != now.plan.screen_pairs || begun.plan.confirm_pairs != now.plan.confirm_pairs ||
      begun.plan.duration != now.plan.duration) {
    throw UsageError("this gate was begun with other builds or options: give the same ones, or start a new gate");
  }
}

// The state to go on from: what is on disk, or a new one.
GateRecord begin_gate(const RegressOptions& options, const GateInputs& inputs, const RunFolder& folder,
                      const Interrupt& interrupt) {
  const CpuTopology topology = read_cpu_topology();
  const LayoutChoice layout = options.pin ? choose_layout(topology) : unpinned_layout(topology);
  GateRecord record;
  record.started_utc = utc_now();
  record.sides = inputs.contestants.sides;
  record.head_commit = inputs.contestants.head_commit;
  record.build_type = kBuildType;
  record.software = read_software(interrupt);
  record.inject = options.inject;
  record.identical = inputs.contestants.identical;
  record.plan = inputs.plan;
  record.host = read_host(topology);
  record.layout = layout.layout;
  if (!options.resume.empty()) {
    const fs::path file = folder.path() / kGateFile;
    if (!fs::exists(file)) throw UsageError(folder.path().string() + " holds no gate to go on with");
    GateRecord begun = gate_from_json(read_file(file).value_or(""), file.string());
    require_same(begun, record);
    record = std::move(begun);
  } else if (!options.inject.empty() || has_cpu_work(inputs.workload.workload)) {
    move_to_cpus(record.layout.server);
    record.cpu_iterations_per_us = calibrate_cpu_rate().iterations_per_us;
  }
  move_to_cpus(record.layout.generator);
  return record;
}

void announce(const GateInputs& inputs, const GateRecord& record, const RunFolder& folder) {
  for (const std::string& note : inputs.contestants.notes) std::cerr << "note: " << note << '\n';
  if (record.plan.cells.empty()) return;  // all are identical: that is said at once
  std::cerr << fmt::format("{} cells, {} pairs each and {} more where suspicious; base {}, head {}\nresults: {}\n",
                           record.plan.cells.size(), record.plan.screen_pairs, record.plan.confirm_pairs,
                           record.sides.base, record.sides.head, folder.path().string());
}

ExitCode exit_code_of(const GateReport& report, bool strict) {
  if (report.count(Verdict::regression) > 0) return ExitCode::regression;
  if (!report.broken.empty()) return ExitCode::invalid_measurement;
  const bool nothing_found_out =
      (report.gating() == 0 && report.identical.empty()) || report.count(Verdict::inconclusive) > 0;
  return strict && nothing_found_out ? ExitCode::inconclusive : ExitCode::ok;
}

ExitCode calibrate(const GateReport& report, const RunFolder& folder) {
  const std::string table = calibration_markdown(report, GatePlan{}, kCalibrationGates, 1);
  write_atomically(folder.path() / "calibration.md", table);
  std::cout << table << "\nresults: " << folder.path().string() << '\n';
  return ExitCode::ok;
}

// A workload's file bears its name; the folder is the side's.
fs::path workload_file(const RunFolder& folder, Side side) {
  return folder.path() / to_string(side) / (std::string(kCustomWorkload) + ".toml");
}

LoadedWorkload stored_workload(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  if (!fs::exists(file)) write_atomically(file, text);  // a gate that goes on keeps what it began with
  return load_workload_file(file);
}

// The base's workload is given; the head's has a slowdown in it.
void inject(const RegressOptions& options, const RunFolder& folder, GateRecord& record, GateInputs& inputs,
            const Interrupt& interrupt) {
  const Injection injection = parse_injection(options.inject);
  const fs::path file = workload_file(folder, Side::head);
  double cpu_us = 0;
  if (injection.kind == Injection::Kind::cpu && !fs::exists(file)) {
    cpu_us = GateRun(inputs, folder, record, interrupt, options.quiet).pilot_cpu_us(inputs.plan.cells.front());
  }
  inputs.head_workload = stored_workload(file, injected_workload(injection, cpu_us));
}

RunFolder open_folder(const RegressOptions& options, const Places& places) {
  if (!options.resume.empty()) return RunFolder::open(options.resume, places.results(), kGateFile);
  fs::path out = options.out;
  if (out.empty()) out = places.results() / ("gate-" + run_name(utc_now(), build_commit()));
  if (fs::exists(out / kGateFile)) {
    throw UsageError(out.string() + " holds a gate already (go on with it by --resume, or choose another folder)");
  }
  return RunFolder::create(out, places.results(), "");
}

void check_sides(const RegressOptions& options) {
  if (!options.inject.empty()) (void)parse_injection(options.inject);
  if (options.calibrate || !options.inject.empty()) {
    if (options.head.empty() || !options.base.empty() || !options.base_command.empty() ||
        !options.head_command.empty()) {
      throw UsageError("--calibrate and --inject compare one build with itself: give --head BUILD alone");
    }
    return;
  }
  const bool builds = !options.base.empty() && !options.head.empty();
  const bool commands = !options.base_command.empty() && !options.head_command.empty();
  const bool any_build = !options.base.empty() || !options.head.empty();
  const bool any_command = !options.base_command.empty() || !options.head_command.empty();
  if (builds == commands || (builds && any_command) || (commands && any_build)) {
    throw UsageError("say what to compare: --base BUILD --head BUILD, or --base-cmd CMD --head-cmd CMD");
  }
  if (commands && !options.models.empty()) throw UsageError("--models goes with --base and --head");
}

}  // namespace

ExitCode execute(const RegressOptions& options, const Interrupt& interrupt) {
  check_sides(options);
  if (!find_program("wrk")) throw UsageError("wrk is not installed: run scripts/install_deps.sh");
  GateInputs inputs;
  inputs.places = find_places(options.head.empty() ? options.common.bin_dir : bin_folder_of(options.head, "--head"));
  inputs.workload = load_named_workload(options.workload, inputs.places);
  std::vector<std::string> models = options.models;
  if (models.empty() && (options.smoke || !options.inject.empty())) models = {"libuv_loop"};
  if (!options.inject.empty() && models.size() > 1) throw UsageError("--inject: one model at a time (--models)");
  inputs.contestants = options.base_command.empty()
                           ? compare_builds(options, models, inputs.places, inputs.workload, interrupt)
                           : compare_commands(options.base_command, options.head_command, interrupt);

  const RunFolder folder = open_folder(options, inputs.places);
  if (!options.inject.empty()) inputs.workload = stored_workload(workload_file(folder, Side::base), base_workload());
  inputs.plan = plan_of(options, inputs);
  fs::remove(folder.path() / "trials");  // a run's; the launches of a gate lie by side
  for (const Side side : {Side::base, Side::head}) {
    fs::create_directories(folder.path() / to_string(side) / "trials");
  }
  GateRecord record = begin_gate(options, inputs, folder, interrupt);
  write_atomically(folder.path() / kGateFile, to_json(record));
  if (!options.quiet) announce(inputs, record, folder);
  try {
    if (!options.inject.empty()) inject(options, folder, record, inputs, interrupt);
    GateRun run(inputs, folder, record, interrupt, options.quiet);
    if (options.calibrate) return calibrate(run.screen(), folder);
    GateReport report = run.execute();
    report.identical = record.identical;
    write_gate_results(folder.path(), report, record);
    std::cout << gate_text(report, record.sides) << "\nresults: " << folder.path().string() << '\n';
    const ExitCode code = exit_code_of(report, options.strict);
    if (!options.log.empty()) append_line(options.log, gate_log_line(report, record, static_cast<int>(code)));
    return code;
  } catch (const Interrupted& interrupted) {
    std::cerr << fmt::format("interrupted: {} launches are complete; go on with the same options and --resume {}\n",
                             record.stalls_ms.size(), folder.path().string());
    return static_cast<ExitCode>(interrupted.exit_code());
  }
}

}  // namespace interleave
