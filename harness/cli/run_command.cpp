// `interleave run`: from a plan to a folder of results.
#include <algorithm>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "core/base/atomic_file.hpp"
#include "core/base/version.hpp"
#include "core/service/cpu_work.hpp"
#include "core/workload/load_workload.hpp"
#include "harness/cli/commands.hpp"
#include "harness/cli/dry_run.hpp"
#include "harness/cli/places.hpp"
#include "harness/cli/preflight.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/rate_settler.hpp"
#include "harness/cli/resume.hpp"
#include "harness/cli/run_folder.hpp"
#include "harness/cli/run_weaves.hpp"
#include "harness/cli/selection.hpp"
#include "harness/cli/table.hpp"
#include "harness/process/child.hpp"
#include "harness/process/cpus.hpp"
#include "harness/process/host.hpp"
#include "harness/record/portable.hpp"
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
  Plan plan;
  CpuTopology topology;
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
  prepared.topology = read_cpu_topology();
  for (std::string& name : prepared.plan.workloads) {
    prepared.workloads.push_back(is_custom(options, name) ? load_custom(options) : load_named_workload(name, places));
    name = prepared.workloads.back().workload.name;
  }
  prepared.discovery =
      discover_servers(places.bin_dir, places.external_servers, parse_variants(options.common.variants), interrupt);
  Selection selection = select_cells(prepared.discovery, prepared.workloads, plan.models);
  prepared.notes = std::move(selection.notes);
  for (const SkippedModel& skipped : prepared.discovery.skipped) {
    prepared.notes.push_back(skipped.model + ": skipped, " + skipped.reason);
  }
  prepared.plan.models = selection.models;
  prepared.trials = expand(prepared.plan, selection.cells);
  return prepared;
}

bool any_cpu_work(const std::vector<LoadedWorkload>& workloads) {
  return std::any_of(workloads.begin(), workloads.end(),
                     [](const LoadedWorkload& loaded) { return has_cpu_work(loaded.workload); });
}

// Measured where the servers will run; then the harness goes where the generator runs, to be in nobody else's way.
std::optional<double> settle(const CpuLayout& layout, const std::vector<LoadedWorkload>& workloads) {
  std::optional<double> rate;
  if (any_cpu_work(workloads)) {
    move_to_cpus(layout.server);
    rate = calibrate_cpu_rate().iterations_per_us;
  }
  move_to_cpus(layout.generator);
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

// What the servers say of themselves, as it is kept.
std::vector<ModelDescription> models_of(const Prepared& prepared) {
  std::vector<ModelDescription> models;
  for (const std::string& name : prepared.plan.models) {
    models.push_back(server_named(prepared.discovery, name).model);
    models.back().summary = portable(std::move(models.back().summary), private_folders(prepared.places));
  }
  return models;
}

RunRecord describe_run(const Prepared& prepared, const std::filesystem::path& folder, const LayoutChoice& layout,
                       const CpuTopology& topology, const Interrupt& interrupt) {
  RunRecord run;
  run.id = folder.filename().string();
  run.version = kVersion;
  run.commit = build_commit();
  run.build_type = kBuildType;
  run.started_utc = utc_now();
  run.plan = prepared.plan;
  run.models = models_of(prepared);
  run.skipped = prepared.discovery.skipped;
  for (const LoadedWorkload& loaded : prepared.workloads) run.workloads.push_back(facts_of(loaded));
  run.host = read_host(topology);
  run.software = read_software(interrupt);
  run.layout = layout.layout;
  for (const TrialSpec& trial : prepared.trials) run.order.push_back(trial_id(trial));
  run.warnings = build_warnings(prepared.discovery.servers, prepared.plan.models);
  run.warnings.insert(run.warnings.end(), layout.warnings.begin(), layout.warnings.end());
  if (auto warning = descriptor_warning(prepared.trials, descriptor_limit())) run.warnings.push_back(*warning);
  return portable(std::move(run), private_folders(prepared.places));
}

class RunLoop {
 public:
  RunLoop(const Prepared& prepared, RunFolder& folder, RunRecord& run, const Interrupt& interrupt)
      : prepared_(prepared), folder_(folder), run_(run), interrupt_(interrupt), rates_(run) {}

  void execute(bool silent) {
    const std::vector<TrialSpec> left = trials_left(run_, prepared_.trials);
    Progress progress(left.size(), estimate_time(left), silent);
    for (const auto& [id, validity] : run_.verdicts) rates_.learn({read_trial(folder_.path(), id)});
    for (const TrialSpec& planned : left) {
      const TrialSpec spec = rates_.settle(planned);
      progress.begin(spec);
      const TrialRecord trial = portable(run_one(spec), private_folders(prepared_.places));
      rates_.learn({trial});
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
    if (spec.load.rate && !spec.load.rate->rps) {
      return unrun_trial(spec,
                         {Reason::rate_unknown, "no valid calibration trials of this model: no capacity to take " +
                                                    to_string(*spec.load.rate) + " of"});
    }
    const LoadedWorkload& loaded = workload_named(prepared_.workloads, spec.workload);
    const std::optional<CpuRate> rate =
        run_.cpu_iterations_per_us ? std::optional(CpuRate{*run_.cpu_iterations_per_us}) : std::nullopt;
    const auto driver = make_driver(spec.load.driver, prepared_.places.driver_files());
    const TrialSetup setup{.backend_program = prepared_.places.backend(),
                           .server = server_named(prepared_.discovery, spec.model),
                           .workload = loaded.workload,
                           .workload_file = loaded.file,
                           .driver = *driver,
                           .scratch = folder_.scratch(),
                           .layout = run_.layout,
                           .cpu_rate = rate};
    return run_trial(spec, setup, interrupt_);
  }

  const Prepared& prepared_;
  RunFolder& folder_;
  RunRecord& run_;
  const Interrupt& interrupt_;
  RateSettler rates_;
};

void announce(const Prepared& prepared, const RunRecord& run, const LayoutChoice& layout, const RunFolder& folder) {
  const std::vector<TrialSpec> left = trials_left(run, prepared.trials);
  const std::string of_all = left.size() == run.order.size() ? "" : fmt::format(" of {}", run.order.size());
  std::cerr << fmt::format("plan {}: {}{} trials, about {}; {}\nresults: {}\n", run.plan.name, left.size(), of_all,
                           format_clock(estimate_time(left)), layout.description, folder.path().string());
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
    std::cout << '\n'
              << (summary.cells.empty() ? "" : format_table(summary)) << format_searches(summary)
              << "\nresults: " << folder.path().string() << '\n';
  std::cout.flush();
}

// As options: a run that goes on must be told again.
std::string where_the_servers_are(const CommonOptions& common) {
  std::string options;
  if (!common.bin_dir.empty()) options += " --bin-dir " + common.bin_dir.string();
  std::string_view before = " --servers ";
  for (const std::filesystem::path& folder : common.servers) {
    options += std::string(before) + folder.string();
    before = ",";
  }
  for (const std::string& variant : common.variants) options += " --variant '" + variant + "'";
  return options;
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

LayoutChoice layout_for(const RunOptions& options, const CpuTopology& topology) {
  if (!options.pin) return unpinned_layout(topology);
  return options.server_cpus.empty() ? choose_layout(topology) : choose_layout(topology, options.server_cpus);
}

// Servers read it from there, and with it the run can be resumed and reproduced.
void store_custom(Prepared& prepared, const RunFolder& folder) {
  for (LoadedWorkload& loaded : prepared.workloads) {
    if (!loaded.file.empty()) continue;
    loaded.file = std::filesystem::absolute(folder.path() / kCustomFile);
    write_atomically(loaded.file, loaded.source);
  }
}

// The run that goes on, and its folder, locked before anything is read from it.
struct Begun {
  std::optional<RunFolder> folder;  // none: a dry run
  BegunRun begun;
};

std::optional<Begun> find_begun(const RunOptions& options, const Places& places) {
  if (options.resume.empty()) return std::nullopt;
  std::optional<RunFolder> folder;
  if (!options.dry_run) folder.emplace(RunFolder::open(options.resume, places.results()));
  return Begun{std::move(folder), read_begun_run(options.resume)};
}

std::string how_to_go_on(const RunRecord& run, const RunFolder& folder, const CommonOptions& common) {
  return fmt::format("{} of {} trials are complete; go on with: interleave run --resume {}{}", run.verdicts.size(),
                     run.order.size(), folder.path().string(), where_the_servers_are(common));
}

// All trials that are left, then what they say.
ExitCode measure(const Prepared& prepared, RunFolder& folder, RunRecord& run, const RunOptions& options,
                 const Interrupt& interrupt) {
  try {
    if (prepared.plan.weave) {
      record_weaves({prepared.places, prepared.discovery, prepared.plan.models, prepared.topology}, folder, run,
                    interrupt, options.output == Output::quiet);
    }
    RunLoop(prepared, folder, run, interrupt).execute(options.output == Output::quiet);
  } catch (const Interrupted& interrupted) {
    std::cerr << "interrupted: " << how_to_go_on(run, folder, options.common) << '\n';
    return static_cast<ExitCode>(interrupted.exit_code());
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{}; {}", error.what(), how_to_go_on(run, folder, options.common)));
  }
  const SummaryRecord summary = summarize_folder(folder.path());
  folder.point_latest_here();
  print_result(summary, folder, options.output);
  return judge(summary);
}

}  // namespace

ExitCode execute(const RunOptions& options, const Interrupt& interrupt) {
  const Places places = find_places(options.common.bin_dir, options.common.servers);
  std::optional<Begun> old = find_begun(options, places);
  Prepared prepared = prepare(options, old ? old->begun.run.plan : plan_of(options, places), places, interrupt);
  if (old) {
    require_same(old->begun.run, prepared.workloads, models_of(prepared), prepared.trials);
    prepared.notes.insert(prepared.notes.end(), old->begun.notes.begin(), old->begun.notes.end());
  }
  const CpuTopology& topology = prepared.topology;
  const LayoutChoice layout = old ? keep_layout(topology, old->begun.run.layout) : layout_for(options, topology);
  if (options.dry_run) {
    const auto trials = old ? trials_left(old->begun.run, prepared.trials) : prepared.trials;
    std::cout << (options.output == Output::json ? dry_run_json(prepared.plan, trials, prepared.notes)
                                                 : dry_run_text(trials));
    return ExitCode::ok;
  }
  require_tools(places, prepared.trials);
  require_descriptors(prepared.trials, descriptor_limit());
  RunFolder folder = old ? std::move(*old->folder)
                         : RunFolder::create(options.out, places.results(), run_name(utc_now(), build_commit()));
  store_custom(prepared, folder);
  RunRecord run = old ? old->begun.run : describe_run(prepared, folder.path(), layout, topology, interrupt);
  run.complete = false;
  const auto rate = settle(layout.layout, prepared.workloads);
  if (!old) run.cpu_iterations_per_us = rate;
  write_run(folder.path(), run);
  if (options.output != Output::quiet) announce(prepared, run, layout, folder);
  return measure(prepared, folder, run, options, interrupt);
}

}  // namespace interleave
