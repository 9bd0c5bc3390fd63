// A gate's report for other programs. Pure: text out.
//
//   google_benchmark_json   one side's launches, for Google Benchmark's compare.py
//   smaller_is_better_json, bigger_is_better_json
//                           medians of the head, for github-action-benchmark
//   junit_xml               one test case a gating figure: REGRESSION is a failure, INCONCLUSIVE is skipped
//   csv                     one line a launch and figure
#pragma once
#include <string>

#include "harness/record/export_text.hpp"
#include "harness/regress/gate_report.hpp"

namespace interleave {

[[nodiscard]] std::string google_benchmark_json(const GateReport& report, Side side, const BenchmarkContext& context);
[[nodiscard]] std::string smaller_is_better_json(const GateReport& report);
[[nodiscard]] std::string bigger_is_better_json(const GateReport& report);
// Bencher Metric Format: by cell, then by figure, the head's median and the range of its launches.
[[nodiscard]] std::string bencher_json(const GateReport& report);
[[nodiscard]] std::string junit_xml(const GateReport& report);
[[nodiscard]] std::string csv(const GateReport& report);

}  // namespace interleave
