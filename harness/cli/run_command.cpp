// `interleave run`: from a plan to a folder of results.
#include <algorithm>
#include <cerrno>
#include <iostream>
#include <system_error>

#include <fmt/format.h>
#include <sched.h>

#include "core/service/cpu_work.hpp"
#include "core/workload/load_workload.hpp"
#include "harness/cli/commands.hpp"
#include "harness/cli/places.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/run_folder.hpp"
#include "harness/cli/selection.hpp"
#include "harness/cli/table.hpp"
#include "harness/process/child.hpp"
#include "harness/process/host.hpp"
#include "harness/record/atomic_file.hpp"
#include "harness/record/record_io.hpp"
#include "harness/record/summarize.hpp"
#include "harness/trial/runner.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

// Everything a run needs, found and checked before the first trial.
struct Prepared {
  Places places;
  Discovery discovery;
  std::vector<LoadedWorkload> workloads;
  std::vector<std::string> notes;
  std::vector<TrialSpec> trials;
  std::vector<Warning> warnings;
  Plan plan;
};

constexpr const char* kCustomFile = "custom.toml";  // in the run's folder

// The workload that was asked for by its numbers: of a run that goes on it is in the folder, else it is still to be
// written there.
LoadedWorkload load_custom(const RunOptions& options) {
  if (!options.resume.empty()) return load_workload_file(options.resume / kCustomFile);
  LoadedWorkload loaded;
  loaded.source = custom_workload(options.custom);
  loaded.workload = parse_workload(loaded.source, kCustomFile);
  return loaded;
}

bool is_custom(const RunOptions& options, const std::string& name) {
  return name == kCustomWorkload && (!options.custom.empty() || !options.resume.empty());
}

Prepared prepare(const RunOptions& options, const Plan& plan, const Places& places, const Interrupt& interrupt) {
  Prepared prepared;
  prepared.places = places;
  prepared.plan = plan;
  for (std::string& name : prepared.plan.workloads) {
    prepared.workloads.push_back(is_custom(options, name) ? load_custom(options) : load_named_workload(name, places));
    name = prepared.workloads.back().workload.name;
  }
  prepared.discovery = discover_servers(places.bin_dir, interrupt);
  Selection selection = select_cells(prepared.discovery, prepared.workloads, plan.models);
  prepared.notes = std::move(selection.notes);
  for (const SkippedModel& skipped : prepared.discovery.skipped) {
    prepared.notes.push_back(skipped.model + ": skipped, " + skipped.reason);
  }
  prepared.plan.models = selection.models;
  prepared.trials = expand(prepared.plan, selection.cells);
  return prepared;
}

void require_tools(const Places& places) {
  if (!find_program("wrk"))
    throw UsageError("wrk is not installed: run scripts/install_deps.sh, or apt-get install wrk");
  if (!find_program(places.backend().string())) {
    throw UsageError(places.backend().string() + " is missing: build the project (make build)");
  }
}

void move_to(const std::vector<std::uint32_t>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  for (const std::uint32_t cpu : cpus) CPU_SET(cpu, &mask);
  if (::sched_setaffinity(0, sizeof mask, &mask) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot pin the harness (try --no-pin)");
  }
}

bool any_cpu_work(const std::vector<LoadedWorkload>& workloads) {
  return std::any_of(workloads.begin(), workloads.end(),
                     [](const LoadedWorkload& loaded) { return has_cpu_work(loaded.workload); });
}

// Measured where the servers will run; then the harness goes where the generator runs, to be in nobody else's way.
std::optional<double> settle(const CpuLayout& layout, const std::vector<LoadedWorkload>& workloads) {
  std::optional<double> rate;
  if (any_cpu_work(workloads)) {
    move_to(layout.server);
    rate = calibrate_cpu_rate().iterations_per_us;
  }
  move_to(layout.generator);
  return rate;
}

WorkloadFacts facts_of(const LoadedWorkload& loaded) {
  const Workload& workload = loaded.workload;
  WorkloadFacts facts{workload.name, workload.description, 0, 0, loaded.source};
  double weights = 0;
  for (const Route& route : workload.routes) {
    weights += route.weight;
    facts.calls_per_request += route.weight * calls_per_request(route);
    facts.backend_ms_per_request += route.weight * 1e3 * backend_time(workload, route).count();
  }
  facts.calls_per_request /= weights;
  facts.backend_ms_per_request /= weights;
  return facts;
}

std::vector<Warning> build_warnings(const Prepared& prepared) {
  std::vector<Warning> warnings;
  const auto check = [&](const std::string& what, const std::string& build_type) {
    if (build_type == "Release") return;
    warnings.push_back({what + " is a '" + build_type + "' build: its figures say nothing about speed",
                        "measure with the release preset (make bench)"});
  };
  check("interleave", kBuildType);
  for (const ServerProgram& server : prepared.discovery.servers) {
    const bool used = std::find(prepared.plan.models.begin(), prepared.plan.models.end(), server.model.name) !=
                      prepared.plan.models.end();
    if (used) check("interleave-server-" + server.model.name, server.model.build_type);
  }
  return warnings;
}

RunRecord describe_run(const Prepared& prepared, const std::filesystem::path& folder, const LayoutChoice& layout,
                       const CpuTopology& topology, const Interrupt& interrupt) {
  RunRecord run;
  run.id = folder.filename().string();
  run.version = kVersion;
  run.commit = kCommit;
  run.build_type = kBuildType;
  run.started_utc = utc_now();
  run.plan = prepared.plan;
  for (const std::string& model : prepared.plan.models)
    run.models.push_back(server_named(prepared.discovery, model).model);
  run.skipped = prepared.discovery.skipped;
  for (const LoadedWorkload& loaded : prepared.workloads) run.workloads.push_back(facts_of(loaded));
  run.host = read_host(topology);
  run.software = read_software(interrupt);
  run.layout = layout.layout;
  for (const TrialSpec& trial : prepared.trials) run.order.push_back(trial_id(trial));
  run.warnings = build_warnings(prepared);
  run.warnings.insert(run.warnings.end(), layout.warnings.begin(), layout.warnings.end());
  return run;
}

// An interrupted run goes on only as what it was: same build, same files, hence the same trials in the same order.
void require_same(const RunRecord& run, const Prepared& prepared) {
  if (run.complete) throw UsageError("this run is complete: nothing to resume");
  if (run.commit != kCommit || run.build_type != kBuildType) {
    throw UsageError(fmt::format("this run was begun by {} ({}), and this is {} ({}): start a new run", run.commit,
                                 run.build_type, kCommit, kBuildType));
  }
  for (const WorkloadFacts& facts : run.workloads) {
    if (workload_named(prepared.workloads, facts.name).source != facts.source) {
      throw UsageError("workload '" + facts.name + "' has changed since this run was begun: start a new run");
    }
  }
  std::vector<std::string> order;
  for (const TrialSpec& trial : prepared.trials) order.push_back(trial_id(trial));
  if (order != run.order)
    throw UsageError("the plan gives other trials than when this run was begun: start a new run");
}

class RunLoop {
 public:
  RunLoop(const Prepared& prepared, RunFolder& folder, RunRecord& run, const Interrupt& interrupt)
      : prepared_(prepared), folder_(folder), run_(run), interrupt_(interrupt) {}

  void execute(bool silent) {
    std::vector<TrialSpec> open;
    for (const TrialSpec& spec : prepared_.trials) {
      if (!run_.verdicts.contains(trial_id(spec))) open.push_back(spec);
    }
    Progress progress(open.size(), estimate_time(open), silent);
    for (const TrialSpec& spec : open) {
      progress.begin(spec);
      const TrialRecord trial = run_one(spec);
      write_trial(folder_.path(), trial);
      run_.verdicts[trial_id(spec)] = trial.validity;
      write_run(folder_.path(), run_);
      progress.end(trial);
    }
    run_.ended_utc = utc_now();
    run_.complete = true;
    write_run(folder_.path(), run_);
  }

 private:
  TrialRecord run_one(const TrialSpec& spec) {
    const LoadedWorkload& loaded = workload_named(prepared_.workloads, spec.workload);
    const std::optional<CpuRate> rate =
        run_.cpu_iterations_per_us ? std::optional(CpuRate{*run_.cpu_iterations_per_us}) : std::nullopt;
    const TrialSetup setup{.backend_program = prepared_.places.backend(),
                           .server = server_named(prepared_.discovery, spec.model),
                           .workload = loaded.workload,
                           .workload_file = loaded.file,
                           .wrk_script = prepared_.places.wrk_script(),
                           .scratch = folder_.scratch(),
                           .layout = run_.layout,
                           .cpu_rate = rate};
    return run_trial(spec, setup, interrupt_);
  }

  const Prepared& prepared_;
  RunFolder& folder_;
  RunRecord& run_;
  const Interrupt& interrupt_;
};

void print_plan(const Prepared& prepared) {
  for (const TrialSpec& trial : prepared.trials) std::cout << trial_id(trial) << '\n';
  std::cout << prepared.trials.size() << " trials, about " << format_clock(estimate_time(prepared.trials)) << '\n';
}

void announce(const Prepared& prepared, const RunRecord& run, const LayoutChoice& layout, const RunFolder& folder) {
  std::cerr << fmt::format("plan {}: {} trials, about {}; {}\nresults: {}\n", run.plan.name, prepared.trials.size(),
                           format_clock(estimate_time(prepared.trials)), layout.description, folder.path().string());
  for (const std::string& note : prepared.notes) std::cerr << "note: " << note << '\n';
  for (const Warning& warning : run.warnings)
    std::cerr << "warning: " << warning.text << " (" << warning.hint << ")\n";
}

// More than a tenth of the cells without a usable trial: the run as a whole did not measure what it was to measure.
ExitCode judge(const SummaryRecord& summary) {
  const auto invalid = std::count_if(summary.cells.begin(), summary.cells.end(),
                                     [](const SummaryCell& cell) { return cell.validity == Validity::invalid; });
  return 10 * invalid > std::ssize(summary.cells) ? ExitCode::invalid_measurement : ExitCode::ok;
}

void print_result(const SummaryRecord& summary, const RunFolder& folder, Output output) {
  if (output == Output::json) std::cout << to_json(summary) << '\n';
  if (output == Output::normal)
    std::cout << '\n' << format_table(summary) << "\nresults: " << folder.path().string() << '\n';
  std::cout.flush();
}

Plan plan_of(const RunOptions& options, const Places& places) {
  Plan plan = load_plan(resolve_name(options.plan, places.plans(), "plan"));
  PlanOverrides overrides = options.overrides;
  if (!options.custom.empty()) {
    overrides.workloads = {std::string(kCustomWorkload)};
    if (overrides.connections.empty()) overrides.connections = LoadDefaults{}.connections;
  }
  return apply_overrides(std::move(plan), overrides);
}

// Servers read it from there, and with it the run can be resumed and reproduced.
void store_custom(Prepared& prepared, const RunFolder& folder) {
  for (LoadedWorkload& loaded : prepared.workloads) {
    if (!loaded.file.empty()) continue;
    loaded.file = std::filesystem::absolute(folder.path() / kCustomFile);
    write_atomically(loaded.file, loaded.source);
  }
}

}  // namespace

ExitCode execute(const RunOptions& options, const Interrupt& interrupt) {
  const Places places = find_places(options.common.bin_dir);
  const bool resuming = !options.resume.empty();
  std::optional<RunRecord> begun;
  if (resuming) begun = read_run(options.resume);
  Prepared prepared = prepare(options, begun ? begun->plan : plan_of(options, places), places, interrupt);
  if (options.dry_run) {
    print_plan(prepared);
    return ExitCode::ok;
  }
  require_tools(places);
  if (begun) require_same(*begun, prepared);

  const CpuTopology topology = read_cpu_topology();
  const bool pin = begun ? begun->layout.pinned : options.pin;
  const LayoutChoice layout = pin ? choose_layout(topology) : unpinned_layout(topology);
  RunFolder folder = resuming ? RunFolder::open(options.resume, places.results())
                              : RunFolder::create(options.out, places.results(), run_name(utc_now(), kCommit));
  store_custom(prepared, folder);
  RunRecord run = begun ? *begun : describe_run(prepared, folder.path(), layout, topology, interrupt);
  const auto rate = settle(layout.layout, prepared.workloads);
  if (!begun) run.cpu_iterations_per_us = rate;
  write_run(folder.path(), run);
  if (options.output != Output::quiet) announce(prepared, run, layout, folder);
  try {
    RunLoop(prepared, folder, run, interrupt).execute(options.output == Output::quiet);
  } catch (const Interrupted& interrupted) {
    std::cerr << fmt::format("interrupted: {} of {} trials are complete; go on with: interleave run --resume {}\n",
                             run.verdicts.size(), run.order.size(), folder.path().string());
    return static_cast<ExitCode>(interrupted.exit_code());
  }
  const SummaryRecord summary = summarize_folder(folder.path());
  folder.point_latest_here();
  print_result(summary, folder, options.output);
  return judge(summary);
}

}  // namespace interleave
