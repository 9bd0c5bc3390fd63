// `interleave history add` and `interleave history show`.
#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.hpp"
#include "harness/cli/commands.hpp"
#include "harness/cli/places.hpp"
#include "harness/history/history_file.hpp"
#include "harness/history/history_series.hpp"
#include "harness/history/history_text.hpp"
#include "harness/record/record_io.hpp"
#include "harness/record/summarize.hpp"
#include "harness/regress/gate_entry.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

fs::path history_file(const fs::path& given) {
  return given.empty() ? find_places({}).results() / "history.ndjson" : given;
}

HistoryEntry entry_of(const fs::path& folder) {
  if (fs::exists(folder / kGateFile)) return read_gate_entry(folder);
  if (!fs::exists(folder / "run.json")) {
    throw UsageError(folder.string() + " holds neither a run nor a gate (results/latest, results/gate-...)");
  }
  const RunRecord run = read_run(folder);
  if (!run.complete) {
    throw UsageError(
        fmt::format("{}: the run is not complete: interleave run --resume {}", folder.string(), folder.string()));
  }
  return entry_of_run(run, summarize(run, read_trials(folder)));
}

// A commit that can be found again.
void name_commit(HistoryEntry& entry, const std::string& given) {
  if (!given.empty()) entry.commit = given;
  constexpr std::string_view kModified = "-modified";
  if (entry.commit.empty() || entry.commit == "unknown") {
    throw UsageError(entry.source + " does not say which commit it measured: name it with --commit");
  }
  if (given.empty() && entry.commit.ends_with(kModified)) {
    throw UsageError(
        fmt::format("{} measured {}: changes that are no commit; commit and measure again, or name it "
                    "with --commit",
                    entry.source, entry.commit));
  }
}

std::vector<std::string> figure_names() {
  std::vector<std::string> names;
  for (const HistoryFigure& figure : history_figures()) names.emplace_back(figure.name);
  return names;
}

}  // namespace

ExitCode execute(const HistoryAddOptions& options, const Interrupt&) {
  HistoryEntry entry = entry_of(options.folder);
  name_commit(entry, options.commit);
  if (entry.cells.empty()) throw UsageError(options.folder.string() + " has measured no cell: nothing to keep");
  const fs::path file = history_file(options.file);
  add_to_history(file, entry, options.replace);
  std::cout << fmt::format("{}: commit {}, machine {}, {} cells\n", file.string(), entry.commit,
                           fingerprint(entry.machine), entry.cells.size());
  return ExitCode::ok;
}

ExitCode execute(const HistoryShowOptions& options, const Interrupt&) {
  const std::vector<std::string> all = figure_names();
  for (const std::string& name : options.figures) {
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      throw UsageError(fmt::format("--figures '{}': there are {}", name, fmt::join(all, " ")));
    }
  }
  std::vector<std::string> figures = options.figures;
  if (figures.empty()) figures = options.json ? all : std::vector<std::string>{"cpu_us_per_request", "p50_ms"};
  const std::vector<MachineHistory> histories = sort_history(read_history(history_file(options.file)), figures);
  std::cout << (options.json ? history_json(histories) : history_text(histories, options.last));
  return ExitCode::ok;
}

}  // namespace interleave
