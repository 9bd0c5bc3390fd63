// The command line of `interleave`. The only file that knows CLI11.
#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/base/units.hpp"
#include "core/base/version.hpp"
#include "harness/cli/commands.hpp"
#include "harness/process/cpus.hpp"

namespace interleave {
namespace {

constexpr const char* kExitCodes =
    "\nExit codes: 0 ok, 1 failure, 2 usage, 4 more than a tenth of the cells invalid, 130 interrupted.";

std::string footer(const char* example) {
  return fmt::format("\nExample:\n  {}\n{}", example, kExitCodes);
}

std::chrono::nanoseconds duration_option(const std::string& name, const std::string& text) {
  const auto value = parse_duration(text);
  if (!value) throw UsageError(fmt::format("{} '{}': want a time with its unit, as 500ms or 2s", name, text));
  return *value;
}

void add_common(CLI::App& command, CommonOptions& common) {
  command.add_option("--bin-dir", common.bin_dir, "folder of the servers and the backend (default: this program's)");
}

// Option values that are checked and converted after parsing.
struct RunTexts {
  std::string wait;
  std::string cpu;
  std::string warmup;
  std::string duration;
  std::vector<std::string> rates;
  std::string search;
  std::string server_cpus;
  std::uint32_t repetitions = 0;
  std::uint64_t seed = 0;
  bool no_pin = false;
  bool quiet = false;
  bool json = false;
};

void add_servers(CLI::App& command, CommonOptions& common) {
  command
      .add_option("--servers", common.servers, "folders of external servers, by comma (default: servers/external)")
      ->delimiter(',');
  command
      .add_option("--variant", common.variants,
                  "a server with options of its own under a new name: 'pool_8=thread_pool --threads 8'; repeatable")
      ->expected(1)
      ->take_all();
}

void add_run(CLI::App& app, RunOptions& options, RunTexts& texts) {
  CLI::App* run = app.add_subcommand("run", "measure: run a plan and store its results");
  run->add_option("--plan", options.plan, "name of a plan (see `interleave list plans`) or a file")
      ->capture_default_str();
  run->add_option("--models", options.overrides.models, "models to run, by comma")->delimiter(',');
  run->add_option("--workloads", options.overrides.workloads, "workloads to run, by comma; names or files")
      ->delimiter(',');
  run->add_option("--connections", options.overrides.connections,
                  "connections, by comma: 1,64,256; an open loop uses at most so many")
      ->delimiter(',')
      ->check(CLI::Range(1, 1'000'000));
  run->add_option("--rates", texts.rates,
                  "offered rates of an open loop, by comma: 1000,2000 (per second), or 50%,90% of the capacity "
                  "predicted for each model; needs --driver interleave")
      ->delimiter(',');
  run->add_option("--search", texts.search,
                  "find the highest rate that keeps an objective, as 'p99<50ms', instead of measuring cells; needs "
                  "--driver interleave");
  run->add_option("--driver", options.overrides.driver, "generator: wrk or interleave (default: the plan's)");
  run->add_option("--wait", texts.wait, "measure your own service: one backend call of this time, as 20ms");
  run->add_option("--cpu", texts.cpu, "and this much CPU work before it, as 200us");
  run->add_option("--repetitions", texts.repetitions, "launches of each cell")->check(CLI::Range(1, 10'000));
  run->add_option("--warmup", texts.warmup, "warm-up of each trial, as 500ms");
  run->add_option("--duration", texts.duration, "measured window of each trial, as 2s");
  run->add_option("--seed", texts.seed, "of the order and of the backend's delays");
  run->add_option("--out", options.out, "folder for the results (default: results/<utc>-<commit>-<host>)");
  run->add_option("--resume", options.resume, "go on with an interrupted run in this folder");
  run->add_flag("--dry-run", options.dry_run, "print what would be run and how long it would take");
  run->add_option("--server-cpus", texts.server_cpus,
                  "processors of the server, as 0 or 0,2-3; generator and backend get others (default: one)");
  run->add_flag("--no-pin", texts.no_pin, "leave the placement on cores to the kernel");
  run->add_flag("--quiet", texts.quiet, "no progress, no table");
  run->add_flag("--json", texts.json,
                "print summary.json at the end instead of the table; with --dry-run, the trials as JSON");
  add_common(*run, options.common);
  add_servers(*run, options.common);
  run->footer(footer(
      "interleave run --plan quick --models libuv_loop --connections 1,64\n"
      "  interleave run --driver interleave --rates 50%,90%,110% --connections 256 --models libuv_loop\n"
      "  interleave run --wait 20ms --cpu 200us --connections 256\n"
      "  interleave run --variant 'pool_8=thread_pool --threads 8' --variant 'pool_64=thread_pool --threads 64' \\\n"
      "    --models pool_8,pool_64,libuv_loop"));
}

void add_list(CLI::App& app, ListOptions& options) {
  CLI::App* list = app.add_subcommand("list", "what there is: models, workloads, plans or claims");
  static const std::map<std::string, ListWhat> names{{"models", ListWhat::models},
                                                     {"workloads", ListWhat::workloads},
                                                     {"plans", ListWhat::plans},
                                                     {"claims", ListWhat::claims}};
  list->add_option("what", options.what, "models, workloads, plans or claims")
      ->required()
      ->transform(CLI::Transformer(names, CLI::ignore_case).description(""))
      ->type_name("");
  list->add_flag("--json", options.json, "as JSON");
  add_common(*list, options.common);
  add_servers(*list, options.common);
  list->footer(footer("interleave list models\n  interleave list claims --json"));
}

void add_verify(CLI::App& app, VerifyOptions& options) {
  CLI::App* verify = app.add_subcommand("verify",
                                        "check that servers answer what they must: the routes of each workload, and "
                                        "the HTTP of the contract; no timing");
  verify->add_option("--models", options.models, "models to verify, by comma")->delimiter(',');
  verify->add_option("--workloads", options.workloads, "workloads to verify with, by comma; names or files")
      ->delimiter(',');
  add_common(*verify, options.common);
  add_servers(*verify, options.common);
  verify->footer(footer("interleave verify --models libuv_loop"));
}

void add_trace(CLI::App& app, TraceOptions& options) {
  CLI::App* trace = app.add_subcommand("trace", "draw one model's weave: requests at the same moment, traced");
  trace->add_option("model", options.model, "the model to trace")->required();
  trace->add_option("workload", options.workload, "a workload: a name, such as weave, or a file")->required();
  trace->add_option("--out", options.out, "file for ui.perfetto.dev or chrome://tracing")->required();
  trace->add_option("--json", options.json, "file for the charts (docs/schemas/weave.schema.json)");
  trace->add_option("--requests", options.requests, "requests at the same moment")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  trace->add_option("--threads", options.threads, "workers of a model that has a pool of them")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000));
  add_common(*trace, options.common);
  add_servers(*trace, options.common);
  trace->footer(footer("interleave trace libuv_loop weave --out weave.perfetto.json"));
}

void add_summarize(CLI::App& app, SummarizeOptions& options) {
  CLI::App* summarize = app.add_subcommand("summarize", "derive summary.json from the trials of a run again");
  summarize->add_option("run", options.run, "folder of the run")->required();
  summarize->footer(footer("interleave summarize results/latest"));
}

void add_compare(CLI::App& app, CompareOptions& options) {
  CLI::App* compare = app.add_subcommand("compare", "two stored runs, cell by cell: head / base with intervals");
  compare->add_option("base", options.base, "folder of a run")->required();
  compare->add_option("head", options.head, "folder of another")->required();
  compare->add_flag("--json", options.json, "as JSON (docs/schemas/compare.schema.json)");
  compare->footer(footer("interleave compare results/reference results/latest"));
}

void add_doctor(CLI::App& app, DoctorOptions& options) {
  CLI::App* doctor =
      app.add_subcommand("doctor", "is this machine fit for measuring? Each line: ok, warn or fail, and what to do");
  doctor->add_flag("--json", options.json, "as JSON (docs/schemas/doctor.schema.json)");
  add_common(*doctor, options.common);
  doctor->footer(footer("interleave doctor"));
}

void add_history(CLI::App& app, HistoryAddOptions& add_options, HistoryShowOptions& show_options) {
  constexpr const char* kFile = "the history (default: results/history.ndjson)";
  CLI::App* history =
      app.add_subcommand("history", "keep what each commit measured on a machine; for trends, never a verdict");
  history->require_subcommand(1);
  history->footer(footer("interleave history add results/latest\n  interleave history show"));
  CLI::App* add = history->add_subcommand("add", "add a line: what a run or a gate's head measured");
  add->add_option("folder", add_options.folder, "folder of a run or of a gate")->required();
  add->add_option("--file", add_options.file, kFile);
  add->add_option("--commit", add_options.commit, "the commit it measured (default: what the folder says)");
  add->add_flag("--replace", add_options.replace, "put it in the place of the line of the same commit and machine");
  add->footer(
      footer("interleave history add results/latest\n"
             "  interleave history add results/gate --file history.ndjson --replace"));
  CLI::App* show = history->add_subcommand(
      "show", "each cell's last commits, and the change against the one before on the same machine");
  show->add_option("--file", show_options.file, kFile);
  show->add_option("--figures", show_options.figures, "figures to show, by comma (cpu_us_per_request,p50_ms)")
      ->delimiter(',');
  show->add_option("--last", show_options.last, "commits to show")->capture_default_str()->check(CLI::Range(1, 1000));
  show->add_flag("--json", show_options.json, "everything, as JSON (docs/schemas/history_report.schema.json)");
  show->footer(footer("interleave history show --figures throughput_rps,p99_ms --last 10"));
}

struct RegressTexts {
  std::uint32_t pairs = 0;
  std::uint32_t confirm_pairs = 0;
  std::string warmup;
  std::string duration;
  bool no_pin = false;
};

void add_regress(CLI::App& app, RegressOptions& options, RegressTexts& texts) {
  CLI::App* regress = app.add_subcommand("regress", "is one build slower than another? pairs of launches, a verdict");
  regress->add_option("--base", options.base, "build folder of the base, as build/regress");
  regress->add_option("--base-name", options.base_name, "what the report calls the base (default: its commit)");
  regress->add_option("--head", options.head, "build folder of what is judged, as build/release");
  regress->add_option("--base-cmd", options.base_command, "or: a server command that obeys the contract");
  regress->add_option("--head-cmd", options.head_command, "and the one to judge");
  regress->add_option("--models", options.models, "models to compare, by comma (default: all)")->delimiter(',');
  regress->add_option("--workload", options.workload, "workload, name or file")->capture_default_str();
  regress->add_option("--connections", options.connections, "connections of the closed loop")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  regress->add_option("--pairs", texts.pairs, "pairs of the screen (8)")->check(CLI::Range(5, 50));
  regress->add_option("--confirm-pairs", texts.confirm_pairs, "fresh pairs where suspicious (12)")
      ->check(CLI::Range(7, 50));
  regress->add_option("--warmup", texts.warmup, "warm-up of each launch, as 500ms");
  regress->add_option("--duration", texts.duration, "measured window of each launch, as 2s");
  regress->add_option("--seed", options.seed, "of the order and of the backend's delays")->capture_default_str();
  regress->add_option("--out", options.out, "folder for the results (default: results/gate-...)");
  regress->add_option("--log", options.log, "add a line on how this gate ended (docs/schemas/gates.schema.json)");
  regress->add_option("--resume", options.resume, "go on with an interrupted gate in this folder");
  regress->add_flag("--calibrate", options.calibrate,
                    "48 pairs of the head with itself: how often is the gate wrong on this machine?");
  regress->add_option("--inject", options.inject,
                      "cpu=10% or delay=10%: the head with itself, slowed down; is it found?");
  regress->add_flag("--smoke", options.smoke, "one model and short windows: at most 90 s, only large effects");
  regress->add_flag("--strict", options.strict, "exit 5 if anything is inconclusive");
  regress->add_flag("--no-pin", texts.no_pin, "leave the placement on cores to the kernel");
  regress->add_flag("--quiet", options.quiet, "no progress");
  add_common(*regress, options.common);
  regress->footer(
      "\nExamples:\n  interleave regress --base build/regress/base --head build/release --models libuv_loop\n"
      "  interleave regress --base-cmd ./server-old --head-cmd \"./server-new --fast\"\n"
      "\nExit codes: 0 ok or inconclusive, 1 failure, 2 usage, 3 regression, 4 invalid measurement, 5 inconclusive "
      "with --strict,\n130 interrupted.");
}

void convert(const CLI::App& regress, const RegressTexts& texts, RegressOptions& options) {
  if (regress.count("--pairs") > 0) options.pairs = texts.pairs;
  if (regress.count("--confirm-pairs") > 0) options.confirm_pairs = texts.confirm_pairs;
  if (!texts.duration.empty()) options.duration = duration_option("--duration", texts.duration);
  if (!texts.warmup.empty()) options.warmup = duration_option("--warmup", texts.warmup);
  if (options.duration && *options.duration <= std::chrono::nanoseconds(0)) throw UsageError("--duration: want more");
  options.pin = !texts.no_pin;
  if (options.calibrate && !options.inject.empty()) throw UsageError("--calibrate and --inject: one at a time");
  if (!options.resume.empty() && !options.out.empty()) throw UsageError("--resume has its folder: leave out --out");
}

// What a workload file may say of a call or of CPU work.
std::chrono::nanoseconds custom_time(const char* name, const std::string& text) {
  const std::chrono::nanoseconds time = duration_option(name, text);
  if (time < std::chrono::nanoseconds(1) || time > std::chrono::minutes(1)) {
    throw UsageError(fmt::format("{} '{}': want a time from 1ns to 1min", name, text));
  }
  return time;
}

std::vector<std::uint32_t> server_cpus_of(const RunTexts& texts) {
  if (texts.no_pin) throw UsageError("--server-cpus pins and --no-pin does not: choose one");
  auto cpus = parse_cpu_list(texts.server_cpus);
  if (!cpus) throw UsageError(fmt::format("--server-cpus '{}': want numbers, as 0 or 0,2-3", texts.server_cpus));
  return *std::move(cpus);
}

void convert(const CLI::App& run, const RunTexts& texts, RunOptions& options) {
  if (run.count("--repetitions") > 0) options.overrides.repetitions = texts.repetitions;
  if (run.count("--seed") > 0) options.overrides.seed = texts.seed;
  for (const std::string& text : texts.rates) {
    const auto rate = parse_rate(text);
    if (!rate) throw UsageError(fmt::format("--rates '{}': want whole requests per second, or a share as 50%", text));
    options.overrides.rates.push_back(*rate);
  }
  if (!texts.search.empty()) {
    options.overrides.search = parse_objective(texts.search);
    if (!options.overrides.search) {
      throw UsageError(fmt::format("--search '{}': want a percentile and a time, as 'p99<50ms'", texts.search));
    }
  }
  if (!texts.warmup.empty()) options.overrides.warmup = duration_option("--warmup", texts.warmup);
  if (!texts.duration.empty()) options.overrides.duration = duration_option("--duration", texts.duration);
  if (!texts.wait.empty()) options.custom.wait = custom_time("--wait", texts.wait);
  if (!texts.cpu.empty()) options.custom.cpu = custom_time("--cpu", texts.cpu);
  if (!options.custom.empty() && run.count("--workloads") > 0) {
    throw UsageError("--wait and --cpu describe a workload of their own: leave out --workloads");
  }
  options.pin = !texts.no_pin;
  if (run.count("--server-cpus") > 0) options.server_cpus = server_cpus_of(texts);
  if (texts.quiet && options.dry_run) throw UsageError("--quiet leaves nothing of --dry-run: choose one");
  if (texts.quiet && texts.json) throw UsageError("--quiet and --json exclude each other: choose one");
  if (texts.quiet) options.output = Output::quiet;
  if (texts.json) options.output = Output::json;
  if (options.resume.empty()) return;
  for (const char* fixed :
       {"--plan", "--models", "--workloads", "--wait", "--cpu", "--connections", "--rates", "--search", "--driver",
        "--repetitions", "--seed", "--out", "--warmup", "--duration", "--no-pin", "--server-cpus"}) {
    if (run.count(fixed) > 0)
      throw UsageError(fmt::format("{} cannot be changed with --resume: start a new run", fixed));
  }
}

// CLI11 would say that a command is missing, not that there is none of that name.
void require_command(const CLI::App& app, int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word.empty() || word.starts_with('-')) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), word) != names.end()) return;
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  throw UsageError(fmt::format("unknown command '{}'{} (see --help)", word, did_you_mean(word, candidates)));
}

}  // namespace

Command parse_command_line(int argc, char** argv) {
  CLI::App app(
      "Compares concurrency models of HTTP servers by measurement: the same requests, the same simulated\n"
      "backend, interchangeable servers that differ only in how they wait.",
      "interleave");
  app.set_version_flag("--version", "interleave " + version_text());
  app.require_subcommand(1);
  app.footer("\nExample:\n  interleave run --plan quick\n\n`interleave COMMAND --help` says more.");

  RunOptions run;
  RunTexts run_texts;
  ListOptions list;
  VerifyOptions verify;
  TraceOptions trace;
  SummarizeOptions summarize;
  CompareOptions compare;
  DoctorOptions doctor;
  RegressOptions regress;
  RegressTexts regress_texts;
  HistoryAddOptions history_add;
  HistoryShowOptions history_show;
  add_run(app, run, run_texts);
  add_list(app, list);
  add_verify(app, verify);
  add_trace(app, trace);
  add_summarize(app, summarize);
  add_compare(app, compare);
  add_doctor(app, doctor);
  add_regress(app, regress, regress_texts);
  add_history(app, history_add, history_show);
  require_command(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    app.exit(request);
    return std::monostate{};
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
  const std::string name = app.get_subcommands().front()->get_name();
  if (name == "run") {
    convert(*app.get_subcommand("run"), run_texts, run);
    return run;
  }
  if (name == "list") return list;
  if (name == "verify") return verify;
  if (name == "trace") return trace;
  if (name == "summarize") return summarize;
  if (name == "compare") return compare;
  if (name == "regress") {
    convert(*app.get_subcommand("regress"), regress_texts, regress);
    return regress;
  }
  if (name == "history") {
    if (app.get_subcommand("history")->got_subcommand("add")) return history_add;
    return history_show;
  }
  return doctor;
}

}  // namespace interleave
