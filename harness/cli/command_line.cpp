// The command line of `interleave`. The only file that knows CLI11.
#include <array>
#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/units.hpp"
#include "harness/cli/commands.hpp"
#include "interleave_version.hpp"

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
  std::uint32_t repetitions = 0;
  std::uint64_t seed = 0;
  bool no_pin = false;
  bool quiet = false;
  bool json = false;
};

void add_run(CLI::App& app, RunOptions& options, RunTexts& texts) {
  CLI::App* run = app.add_subcommand("run", "measure: run a plan and store its results");
  run->add_option("--plan", options.plan, "name of a plan (see `interleave list plans`) or a file")
      ->capture_default_str();
  run->add_option("--models", options.overrides.models, "models to run, by comma")->delimiter(',');
  run->add_option("--workloads", options.overrides.workloads, "workloads to run, by comma; names or files")
      ->delimiter(',');
  run->add_option("--connections", options.overrides.connections,
                  "connections of the closed loop, by comma: 1,64,256")
      ->delimiter(',')
      ->check(CLI::Range(1, 1'000'000));
  run->add_option("--wait", texts.wait, "measure your own service: one backend call of this time, as 20ms");
  run->add_option("--cpu", texts.cpu, "and this much CPU work before it, as 200us");
  run->add_option("--repetitions", texts.repetitions, "launches of each cell")->check(CLI::Range(1, 10'000));
  run->add_option("--warmup", texts.warmup, "warm-up of each trial, as 500ms");
  run->add_option("--duration", texts.duration, "measured window of each trial, as 2s");
  run->add_option("--seed", texts.seed, "of the order and of the backend's delays");
  run->add_option("--out", options.out, "folder for the results (default: results/<utc>-<commit>-<host>)");
  run->add_option("--resume", options.resume, "go on with an interrupted run in this folder");
  run->add_flag("--dry-run", options.dry_run, "print what would be run and how long it would take");
  run->add_flag("--no-pin", texts.no_pin, "leave the placement on cores to the kernel");
  run->add_flag("--quiet", texts.quiet, "no progress, no table");
  run->add_flag("--json", texts.json, "print summary.json at the end instead of the table");
  add_common(*run, options.common);
  run->footer(
      footer("interleave run --plan quick --models libuv_loop --connections 1,64\n"
             "  interleave run --wait 20ms --cpu 200us --connections 256"));
}

void add_list(CLI::App& app, ListOptions& options) {
  CLI::App* list = app.add_subcommand("list", "what there is: models, workloads or plans");
  static const std::map<std::string, ListWhat> names{
      {"models", ListWhat::models}, {"workloads", ListWhat::workloads}, {"plans", ListWhat::plans}};
  list->add_option("what", options.what, "models, workloads or plans")
      ->required()
      ->transform(CLI::Transformer(names, CLI::ignore_case).description(""))
      ->type_name("");
  list->add_flag("--json", options.json, "as JSON");
  add_common(*list, options.common);
  list->footer(footer("interleave list models"));
}

void add_verify(CLI::App& app, VerifyOptions& options) {
  CLI::App* verify = app.add_subcommand("verify", "check that servers answer what they must; no timing");
  verify->add_option("--models", options.models, "models to verify, by comma")->delimiter(',');
  verify->add_option("--workloads", options.workloads, "workloads to verify with, by comma; names or files")
      ->delimiter(',');
  add_common(*verify, options.common);
  verify->footer(footer("interleave verify --models libuv_loop"));
}

void add_summarize(CLI::App& app, SummarizeOptions& options) {
  CLI::App* summarize = app.add_subcommand("summarize", "derive summary.json from the trials of a run again");
  summarize->add_option("run", options.run, "folder of the run")->required();
  summarize->footer(footer("interleave summarize results/latest"));
}

void add_doctor(CLI::App& app, DoctorOptions& options) {
  CLI::App* doctor = app.add_subcommand("doctor", "is this machine fit for measuring?");
  add_common(*doctor, options.common);
  doctor->footer(footer("interleave doctor"));
}

// What a workload file may say of a call or of CPU work.
std::chrono::nanoseconds custom_time(const char* name, const std::string& text) {
  const std::chrono::nanoseconds time = duration_option(name, text);
  if (time < std::chrono::nanoseconds(1) || time > std::chrono::minutes(1)) {
    throw UsageError(fmt::format("{} '{}': want a time from 1ns to 1min", name, text));
  }
  return time;
}

void convert(const CLI::App& run, const RunTexts& texts, RunOptions& options) {
  if (run.count("--repetitions") > 0) options.overrides.repetitions = texts.repetitions;
  if (run.count("--seed") > 0) options.overrides.seed = texts.seed;
  if (!texts.warmup.empty()) options.overrides.warmup = duration_option("--warmup", texts.warmup);
  if (!texts.duration.empty()) options.overrides.duration = duration_option("--duration", texts.duration);
  if (!texts.wait.empty()) options.custom.wait = custom_time("--wait", texts.wait);
  if (!texts.cpu.empty()) options.custom.cpu = custom_time("--cpu", texts.cpu);
  if (!options.custom.empty() && run.count("--workloads") > 0) {
    throw UsageError("--wait and --cpu describe a workload of their own: leave out --workloads");
  }
  options.pin = !texts.no_pin;
  if (texts.quiet && texts.json) throw UsageError("--quiet and --json exclude each other: choose one");
  if (texts.quiet) options.output = Output::quiet;
  if (texts.json) options.output = Output::json;
  if (options.resume.empty()) return;
  for (const char* fixed : {"--plan", "--models", "--workloads", "--wait", "--cpu", "--connections", "--repetitions",
                            "--seed", "--out", "--warmup", "--duration", "--no-pin"}) {
    if (run.count(fixed) > 0)
      throw UsageError(fmt::format("{} cannot be changed with --resume: start a new run", fixed));
  }
}

}  // namespace

Command parse_command_line(int argc, char** argv) {
  CLI::App app(
      "Compares concurrency models of HTTP servers by measurement: the same requests, the same simulated\n"
      "backend, interchangeable servers that differ only in how they wait.",
      "interleave");
  app.set_version_flag("--version", fmt::format("interleave {} ({}, {})", kVersion, kCommit, kBuildType));
  app.require_subcommand(1);
  app.footer("\nExample:\n  interleave run --plan quick\n\n`interleave COMMAND --help` says more.");

  RunOptions run;
  RunTexts run_texts;
  ListOptions list;
  VerifyOptions verify;
  SummarizeOptions summarize;
  DoctorOptions doctor;
  add_run(app, run, run_texts);
  add_list(app, list);
  add_verify(app, verify);
  add_summarize(app, summarize);
  add_doctor(app, doctor);
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
  if (name == "summarize") return summarize;
  return doctor;
}

}  // namespace interleave
