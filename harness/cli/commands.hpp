// The commands of `interleave`: what each was asked to do, and the function that does it. The functions return the
// exit code; wrong usage leaves as UsageError, a signal as Interrupted, anything else as std::exception - main
// handles them.
#pragma once
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
  std::filesystem::path bin_dir;  // where the servers and the backend are; empty: beside this executable
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
  Output output = Output::normal;
};

enum class ListWhat : std::uint8_t { models, workloads, plans };

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

struct SummarizeOptions {
  std::filesystem::path run;
};

struct DoctorOptions {
  CommonOptions common;
};

// --help and --version are done while parsing: nothing is left to do.
using Command = std::variant<std::monostate, RunOptions, ListOptions, VerifyOptions, SummarizeOptions, DoctorOptions>;

// Throws UsageError.
[[nodiscard]] Command parse_command_line(int argc, char** argv);

ExitCode execute(const RunOptions& options, const Interrupt& interrupt);
ExitCode execute(const ListOptions& options, const Interrupt& interrupt);
ExitCode execute(const VerifyOptions& options, const Interrupt& interrupt);
ExitCode execute(const SummarizeOptions& options, const Interrupt& interrupt);
ExitCode execute(const DoctorOptions& options, const Interrupt& interrupt);

}  // namespace interleave
