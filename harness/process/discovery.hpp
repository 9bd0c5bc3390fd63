// Which server models there are: every executable interleave-server-* in a folder and every external server (a TOML
// file that names a command), asked what it is. There is no list.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "harness/process/interrupt.hpp"
#include "harness/process/variant.hpp"
#include "harness/record/counters.hpp"
#include "harness/record/run_record.hpp"

namespace interleave {

struct ServerProgram {
  std::vector<std::string> command;  // program and first arguments; the options of the contract follow
  ModelDescription model;
};

struct Discovery {
  std::vector<ServerProgram> servers;  // by name, those of the build first, then external ones, then variants
  std::vector<SkippedModel> skipped;   // said exit 77, are not installed, or could not say what they are
};

// Runs each with --describe, one after another, at most ten seconds each. Throws UsageError if `bin_dir` has none, if
// a file of an external server is wrong, if two servers have one name, or if a variant's model cannot run here or
// refuses its options.
[[nodiscard]] Discovery discover_servers(const std::filesystem::path& bin_dir,
                                         std::span<const std::filesystem::path> external_folders,
                                         std::span<const Variant> variants, const Interrupt& interrupt);

}  // namespace interleave
