// Two runs, cell by cell: how many times the base's figures are the head's. Pure.
//
// The runs were measured at two times, so what changed in the machine between them stands in the ratios and not in
// their intervals. That is why nothing here is a verdict: `interleave regress` measures in pairs and judges.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.hpp"
#include "harness/record/summary_record.hpp"
#include "harness/record/trial_record.hpp"
#include "harness/stats/interval.hpp"

namespace interleave {

// A run as it was read, with what it says.
struct ComparedRun {
  RunRecord run;
  std::vector<TrialRecord> trials;
  SummaryRecord summary;
};

struct ComparedFigure {
  std::string_view name;  // throughput_rps, p50_ms, p99_ms, cpu_us_per_request
  std::string_view unit;
  double base = 0;  // medians over launches
  double head = 0;
  Estimate ratio;  // head / base; ratio_over_repetitions()

  // The interval of the ratio does not hold 1. False without an interval.
  [[nodiscard]] bool differs() const noexcept;
};

struct ComparedCell {
  std::string model;
  std::string workload;
  CellLoad load;
  Validity validity = Validity::ok;     // the worse of the two; invalid: no figures
  std::vector<ComparedFigure> figures;  // those that every launch on both sides has
};

struct RunComparison {
  std::vector<ComparedCell> cells;  // in the base's order
  std::vector<std::string> notes;   // what else differs: machine, plan, cells that only one has; one line each
};

[[nodiscard]] RunComparison compare_runs(const ComparedRun& base, const ComparedRun& head);

}  // namespace interleave
