#include "harness/compare/comparison_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/record/json_fields.hpp"
#include "harness/record/text_table.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kCompareSchemaVersion = 1;

std::string ratio_text(const ComparedFigure& figure) {
  if (!figure.ratio.low || !figure.ratio.high) return fmt::format("{:.3f}", figure.ratio.estimate);
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]{}", figure.ratio.estimate, *figure.ratio.low, *figure.ratio.high,
                     figure.differs() ? "*" : "");
}

std::string column(const ComparedCell& cell, std::string_view name) {
  const auto at = std::find_if(cell.figures.begin(), cell.figures.end(),
                               [&](const ComparedFigure& figure) { return figure.name == name; });
  return at == cell.figures.end() ? "-" : ratio_text(*at);
}

Json figure_json(const ComparedFigure& figure) {
  return {{"figure", figure.name},
          {"unit", figure.unit},
          {"base", rounded(figure.base)},
          {"head", rounded(figure.head)},
          {"ratio",
           {{"estimate", rounded(figure.ratio.estimate)},
            {"low", rounded(figure.ratio.low)},
            {"high", rounded(figure.ratio.high)}}},
          {"differs", figure.differs()}};
}

Json cell_json(const ComparedCell& cell) {
  return {{"model", cell.model},
          {"workload", cell.workload},
          {"driver", cell.load.driver},
          {"load", load_json(cell.load)},
          {"validity", to_string(cell.validity)},
          {"figures", array_of(cell.figures, figure_json)}};
}

Json run_json(const RunRecord& run) {
  return {{"id", run.id}, {"commit", run.commit}, {"started_utc", run.started_utc}, {"plan", run.plan.name}};
}

}  // namespace

std::string comparison_text(const RunComparison& comparison) {
  std::string text;
  if (!comparison.cells.empty()) {
    std::vector<TextRow> rows{{"model", "workload", "load", "req/s", "p50", "p99", "CPU/req", "validity"}};
    for (const ComparedCell& cell : comparison.cells) {
      rows.push_back({cell.model, cell.workload, short_name(cell.load), column(cell, "throughput_rps"),
                      column(cell, "p50_ms"), column(cell, "p99_ms"), column(cell, "cpu_us_per_request"),
                      std::string(to_string(cell.validity))});
    }
    text += text_table(rows, 2, LastColumn::words);
    text +=
        "\nhead / base [95 %]; * is an interval without 1. Of so many intervals one in twenty has none by chance,\n"
        "and what changed in the machine between the two runs is in none: for a verdict use interleave regress.\n";
  }
  for (const std::string& note : comparison.notes) text += "note: " + note + "\n";
  return text;
}

std::string comparison_json(const RunComparison& comparison, const RunRecord& base, const RunRecord& head) {
  return dumped({{"schema_version", kCompareSchemaVersion},
                 {"base", run_json(base)},
                 {"head", run_json(head)},
                 {"cells", array_of(comparison.cells, cell_json)},
                 {"notes", comparison.notes}},
                2);
}

}  // namespace interleave
