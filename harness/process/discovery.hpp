// Which server models there are: every executable interleave-server-* in a folder, asked what it is. There is no
// list.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/process/interrupt.hpp"
#include "harness/record/counters.hpp"
#include "harness/record/run_record.hpp"

namespace interleave {

struct ServerProgram {
  std::filesystem::path program;
  ModelDescription model;
};

struct Discovery {
  std::vector<ServerProgram> servers;  // by name
  std::vector<SkippedModel> skipped;   // said exit 77, or could not say what they are
};

// Runs each with --describe, one after another, at most ten seconds each. Throws UsageError if the folder has none.
[[nodiscard]] Discovery discover_servers(const std::filesystem::path& folder, const Interrupt& interrupt);

}  // namespace interleave
