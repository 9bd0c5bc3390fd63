// `interleave compare`: two stored runs, cell by cell.
#include <iostream>

#include "core/base/error.hpp"
#include "harness/cli/commands.hpp"
#include "harness/compare/comparison_text.hpp"
#include "harness/record/record_io.hpp"
#include "harness/record/summarize.hpp"

namespace interleave {
namespace {

ComparedRun read_compared(const std::filesystem::path& folder) {
  ComparedRun read{.run = read_run(folder), .trials = read_trials(folder), .summary = {}};
  read.summary = summarize(read.run, read.trials);
  return read;
}

}  // namespace

ExitCode execute(const CompareOptions& options, const Interrupt&) {
  const ComparedRun base = read_compared(options.base);
  const ComparedRun head = read_compared(options.head);
  const RunComparison comparison = compare_runs(base, head);
  if (comparison.cells.empty()) {
    throw UsageError("these runs have no cell in common: measure the same plan twice (interleave run --plan)");
  }
  std::cout << (options.json ? comparison_json(comparison, base.run, head.run) : comparison_text(comparison));
  return ExitCode::ok;
}

}  // namespace interleave
