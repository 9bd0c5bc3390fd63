// A run for other programs: exports/ in its folder, derived from the summary and the trials like everything else.
//
//   benchmark.json            launches, for Google Benchmark's compare.py against another run's
//   smaller_is_better.json, bigger_is_better.json
//                             one row a cell and figure, for github-action-benchmark
//   bencher.json              Bencher Metric Format: by cell, then by figure, with the 95 % interval
//   junit.xml                 one test case a cell: invalid is a failure, suspect is skipped
//   launches.csv              one line a launch and figure
//   <model>-<workload>-<load>.hgrm
//                             all launches' latencies together, for HdrHistogram's plotter; where they are known
//
// The text functions are pure. A figure that is not known has no row.
#pragma once
#include <filesystem>
#include <span>
#include <string>

#include "harness/record/run_record.hpp"
#include "harness/record/summary_record.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

[[nodiscard]] std::string google_benchmark_json(const RunRecord& run, const SummaryRecord& summary,
                                                std::span<const TrialRecord> trials);
[[nodiscard]] std::string smaller_is_better_json(const SummaryRecord& summary);
[[nodiscard]] std::string bigger_is_better_json(const SummaryRecord& summary);
[[nodiscard]] std::string bencher_json(const SummaryRecord& summary);
[[nodiscard]] std::string junit_xml(const SummaryRecord& summary);
[[nodiscard]] std::string launches_csv(const SummaryRecord& summary, std::span<const TrialRecord> trials);

// Each file atomically. Throws std::system_error.
void write_run_exports(const std::filesystem::path& run_folder, const RunRecord& run, const SummaryRecord& summary,
                       std::span<const TrialRecord> trials);

}  // namespace interleave
