#include "harness/regress/gate_exports.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/record/json_fields.hpp"
#include "harness/regress/gate_text.hpp"
#include "harness/stats/interval.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<double>& values_of(const GateFigure& figure, Side side) {
  return side == Side::base ? figure.base : figure.head;
}

const GateFigure* figure_named(const GateReport& report, const GateCell& cell, std::string_view name) {
  for (const GateFigure& figure : report.figures) {
    if (figure.cell == cell && figure.kind.name == name) return &figure;
  }
  return nullptr;
}

// By launch of the CPU figure; a launch without a latency shows its CPU time twice.
void add_entries(std::vector<BenchmarkEntry>& entries, const GateReport& report, const GateFigure& cpu, Side side) {
  const GateFigure* p50 = figure_named(report, cpu.cell, "p50_ms");
  const auto& launches = side == Side::base ? cpu.base_launches : cpu.head_launches;
  for (std::size_t i = 0; i < launches.size(); ++i) {
    double real_us = values_of(cpu, side)[i];
    if (p50 != nullptr) {
      const auto& timed = side == Side::base ? p50->base_launches : p50->head_launches;
      const auto at = std::find(timed.begin(), timed.end(), launches[i]);
      if (at != timed.end()) real_us = 1e3 * values_of(*p50, side)[static_cast<std::size_t>(at - timed.begin())];
    }
    // The same name on both sides, or compare.py would find nothing to compare; unique within a side.
    entries.push_back(
        {.name = fmt::format("{}/{}/c{}/pair:{}", cpu.cell.model, cpu.cell.workload, cpu.cell.connections, i + 1),
         .real_us = real_us,
         .cpu_us = values_of(cpu, side)[i]});
  }
}

Json medians(const GateReport& report, Direction direction) {
  Json rows = Json::array();
  for (const GateFigure& figure : report.figures) {
    if (figure.kind.direction != direction || figure.head.empty()) continue;
    const auto [low, high] = std::minmax_element(figure.head.begin(), figure.head.end());
    rows.push_back({{"name", to_string(figure.cell) + " " + std::string(figure.kind.name)},
                    {"unit", figure.kind.unit.empty() ? "1" : std::string(figure.kind.unit)},
                    {"value", median(figure.head)},
                    {"range", fmt::format("{:.4g} to {:.4g}", *low, *high)},
                    {"extra", fmt::format("{} launches; {}", figure.head.size(), verdict_text(figure))}});
  }
  return rows;
}

std::string test_case(const GateFigure& figure) {
  std::string text = fmt::format(R"(    <testcase classname="{}" name="{}")", xml_escaped(to_string(figure.cell)),
                                 xml_escaped(figure.kind.name));
  const std::string says = xml_escaped(effect_text(figure.result));
  switch (figure.result.verdict) {
    case Verdict::regression:
      return text + fmt::format("><failure message=\"{}\" type=\"REGRESSION\"/></testcase>\n", says);
    case Verdict::inconclusive:
      return text + fmt::format("><skipped message=\"INCONCLUSIVE {}\"/></testcase>\n", says);
    case Verdict::ok:
    case Verdict::improved:
      break;
  }
  return text + "/>\n";
}

}  // namespace

std::string google_benchmark_json(const GateReport& report, Side side, const BenchmarkContext& context) {
  std::vector<BenchmarkEntry> entries;
  for (const GateFigure& figure : report.figures) {
    if (figure.kind.name == "cpu_us_per_request") add_entries(entries, report, figure, side);
  }
  return google_benchmark_json(context, entries);
}

std::string smaller_is_better_json(const GateReport& report) {
  return dumped(medians(report, Direction::smaller_is_better), 2);
}

std::string bigger_is_better_json(const GateReport& report) {
  return dumped(medians(report, Direction::larger_is_better), 2);
}

std::string bencher_json(const GateReport& report) {
  Json benchmarks = Json::object();
  for (const GateFigure& figure : report.figures) {
    if (figure.head.empty()) continue;
    std::string measure(figure.kind.name);  // a slug: no underscore
    std::replace(measure.begin(), measure.end(), '_', '-');
    const auto [low, high] = std::minmax_element(figure.head.begin(), figure.head.end());
    benchmarks[to_string(figure.cell)][measure] = {
        {"value", median(figure.head)}, {"lower_value", *low}, {"upper_value", *high}};
  }
  return dumped(benchmarks, 2);
}

std::string junit_xml(const GateReport& report) {
  std::string cases;
  for (const GateFigure& figure : report.figures) {
    if (figure.gating) cases += test_case(figure);
  }
  for (const BrokenCell& broken : report.broken) {
    cases += fmt::format(
        "    <testcase classname=\"{}\" name=\"measurable\"><error message=\"the {} failed: {}: {}\" "
        "type=\"INVALID\"/></testcase>\n",
        xml_escaped(to_string(broken.cell)), to_string(broken.side), to_string(broken.finding.reason),
        xml_escaped(broken.finding.detail));
  }
  const std::string counts =
      fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", report.gating() + report.broken.size(),
                  report.count(Verdict::regression), report.broken.size(), report.count(Verdict::inconclusive));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite name=\"interleave "
      "regress\" {0}>\n{1}  </testsuite>\n</testsuites>\n",
      counts, cases);
}

std::string csv(const GateReport& report) {
  std::string text = "model,workload,connections,figure,unit,gating,verdict,side,pair,launch,value\n";
  for (const GateFigure& figure : report.figures) {
    for (const Side side : {Side::base, Side::head}) {
      const auto& launches = side == Side::base ? figure.base_launches : figure.head_launches;
      for (std::size_t i = 0; i < launches.size(); ++i) {
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{:.9g}\n", figure.cell.model, figure.cell.workload,
                            figure.cell.connections, figure.kind.name, figure.kind.unit, figure.gating ? 1 : 0,
                            to_string(figure.result.verdict), to_string(side), i + 1, launches[i],
                            values_of(figure, side)[i]);
      }
    }
  }
  return text;
}

}  // namespace interleave
