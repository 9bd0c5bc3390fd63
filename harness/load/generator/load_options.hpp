// The command line of interleave-load.
#pragma once
#include <filesystem>
#include <optional>

#include "harness/load/generator/load_plan.hpp"

namespace interleave {

struct LoadOptions {
  LoadPlan plan;
  std::filesystem::path json;      // "-": stdout; empty: none
  std::filesystem::path timeline;  // empty: none, as all that follow
  std::filesystem::path hgrm;
  std::filesystem::path hlog;
  std::filesystem::path requests;
  bool quiet = false;  // no progress, no summary
  bool probe = true;   // ask once before the run
};

// nullopt: --help or --version was asked for, and printed. Throws UsageError.
[[nodiscard]] std::optional<LoadOptions> parse_load_options(int argc, char** argv);

}  // namespace interleave
