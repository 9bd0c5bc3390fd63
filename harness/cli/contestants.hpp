// Who is compared in a gate: for each model, the program of the base and that of the head.
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/cli/commands.hpp"
#include "harness/cli/places.hpp"
#include "harness/process/discovery.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/regress/gate_text.hpp"

namespace interleave {

struct Contest {
  ServerProgram base;
  ServerProgram head;
};

struct Contestants {
  std::map<std::string, Contest> models;
  GateSides sides;
  std::vector<std::string> identical;  // models left out: one program in two builds (same_program)
  std::string head_commit;             // empty: not known
  std::vector<std::string> notes;      // who is not compared and why, one line each
};

// The folder with the programs of a build: the folder given, or bin within. `option` names it in messages. Throws
// UsageError.
[[nodiscard]] std::filesystem::path bin_folder_of(const std::filesystem::path& build, const char* option);

// The models that both builds have and that serve the workload; `wanted` empty: all. The head is the build of
// `places`. Throws UsageError.
[[nodiscard]] Contestants compare_builds(const RegressOptions& options, std::span<const std::string> wanted,
                                         const Places& places, const LoadedWorkload& workload,
                                         const Interrupt& interrupt);

// Two commands, split by the shell, under the name the head's --describe gives. Throws UsageError.
[[nodiscard]] Contestants compare_commands(const std::string& base, const std::string& head,
                                           const Interrupt& interrupt);

}  // namespace interleave
