// The commands of `interleave`: what each was asked to do, and the function that does it. The functions return the
// exit code; wrong usage leaves as UsageError, a signal as Interrupted, anything else as std::exception - main
// handles them.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.hpp"
#include "harness/plan/custom_workload.hpp"
#include "harness/plan/plan.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {

struct CommonOptions {
  std::filesystem::path bin_dir;               // where the servers and the backend are; empty: beside this executable
  std::vector<std::filesystem::path> servers;  // folders of external servers; empty: servers/external
  std::vector<std::string> variants;           // "NAME=MODEL OPTION ..."
};

enum class Output : std::uint8_t { normal, quiet, json };

struct RunOptions {
  CommonOptions common;
  std::string plan = "quick";  // a name in harness/plans or a file
  PlanOverrides overrides;
  CustomRequest custom;          // if not empty: the only workload
  std::filesystem::path out;     // empty: results/<utc>-<commit>-<host>
  std::filesystem::path resume;  // a run to go on with; nothing else may be changed then
  bool dry_run = false;
  bool pin = true;
  std::vector<std::uint32_t> server_cpus;  // empty: one, chosen from the topology
  Output output = Output::normal;
};

enum class ListWhat : std::uint8_t { models, workloads, plans, claims };

struct ListOptions {
  CommonOptions common;
  ListWhat what = ListWhat::models;
  bool json = false;
};

struct VerifyOptions {
  CommonOptions common;
  std::vector<std::string> models;     // empty: all
  std::vector<std::string> workloads;  // empty: all
};

struct TraceOptions {
  CommonOptions common;
  std::string model;
  std::string workload;        // a name in workloads/ or a file
  std::filesystem::path out;   // for Perfetto and Chrome
  std::filesystem::path json;  // the compact one (docs/schemas/weave.schema.json); empty: not written
  std::uint32_t requests = 8;
  std::uint32_t threads = 2;  // of a model with workers
};

struct SummarizeOptions {
  std::filesystem::path run;
};

struct CompareOptions {
  std::filesystem::path base, head;  // folders of runs
  bool json = false;
};

struct DoctorOptions {
  CommonOptions common;
  bool json = false;
};

struct RegressOptions {
  CommonOptions common;
  std::filesystem::path base, head;        // two builds: folders of a build, or their bin folders
  std::string base_name;                   // what the report calls the base; empty: what it says itself
  std::string base_command, head_command;  // or two commands that obey the server contract
  std::vector<std::string> models;         // empty: all that both builds have
  std::string workload = "one_call";
  std::uint32_t connections = 64;
  std::optional<std::uint32_t> pairs, confirm_pairs;
  std::optional<std::chrono::nanoseconds> warmup, duration;
  std::uint64_t seed = 1;
  std::filesystem::path out;     // empty: results/gate-<utc>-<commit>-<host>
  std::filesystem::path log;     // a line for this gate is added there; empty: none
  std::filesystem::path resume;  // a gate to go on with, with the same options
  bool calibrate = false;        // the head against itself: how often is the gate wrong here?
  std::string inject;            // "cpu=10%": the head against itself with a slowdown: is it found?
  bool smoke = false;
  bool strict = false;
  bool pin = true;
  bool quiet = false;
};

struct HistoryAddOptions {
  std::filesystem::path folder;  // of a run or a gate
  std::filesystem::path file;    // empty: results/history.ndjson
  std::string commit;            // empty: what the folder says
  bool replace = false;
};

struct HistoryShowOptions {
  std::filesystem::path file;        // empty: results/history.ndjson
  std::vector<std::string> figures;  // empty: CPU time and p50; as JSON, all
  std::size_t last = 5;              // commits to show
  bool json = false;
};

// --help and --version are done while parsing: nothing is left to do.
using Command = std::variant<std::monostate, RunOptions, ListOptions, VerifyOptions, TraceOptions, SummarizeOptions,
                             CompareOptions, DoctorOptions, RegressOptions, HistoryAddOptions, HistoryShowOptions>;

// Throws UsageError.
[[nodiscard]] Command parse_command_line(int argc, char** argv);

ExitCode execute(const RunOptions& options, const Interrupt& interrupt);
ExitCode execute(const ListOptions& options, const Interrupt& interrupt);
ExitCode execute(const VerifyOptions& options, const Interrupt& interrupt);
ExitCode execute(const TraceOptions& options, const Interrupt& interrupt);
ExitCode execute(const SummarizeOptions& options, const Interrupt& interrupt);
ExitCode execute(const CompareOptions& options, const Interrupt& interrupt);
ExitCode execute(const DoctorOptions& options, const Interrupt& interrupt);
ExitCode execute(const RegressOptions& options, const Interrupt& interrupt);
ExitCode execute(const HistoryAddOptions& options, const Interrupt& interrupt);
ExitCode execute(const HistoryShowOptions& options, const Interrupt& interrupt);

}  // namespace interleave
