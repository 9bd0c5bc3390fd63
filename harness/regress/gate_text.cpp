#include "harness/regress/gate_text.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/record/text_table.hpp"
#include "harness/stats/interval.hpp"

namespace interleave {
namespace {

constexpr double kPromised = 0.10;  // the effect the headline speaks of
constexpr std::size_t kNames = 2;   // columns

std::string median_text(const std::vector<double>& values) {
  return values.empty() ? "-" : short_number(median(values));
}

std::string detectable_text(const GateFigure& figure) {
  if (figure.base.empty() || !figure.result.minimum_detectable) return "-";
  return fmt::format("{:.1f} %", 100 * *figure.result.minimum_detectable);
}

TextRow header() {
  return {"cell", "figure", "base", "head", "change (worse +)", "could detect", "pairs", "verdict"};
}

TextRow row_of(const GateFigure& figure) {
  const GateResult& result = figure.result;
  std::string pairs = std::to_string(result.screen_pairs);
  if (result.confirm_pairs > 0) pairs += "+" + std::to_string(result.confirm_pairs);
  return {to_string(figure.cell),
          std::string(figure.kind.name),
          median_text(figure.base),
          median_text(figure.head),
          effect_text(result),
          detectable_text(figure),
          pairs,
          verdict_text(figure)};
}

std::vector<TextRow> rows_of(const GateReport& report) {
  std::vector<TextRow> rows;
  for (const GateFigure& figure : report.figures) rows.push_back(row_of(figure));
  return rows;
}

std::string broken_text(const BrokenCell& broken) {
  return fmt::format("{}: the {} cannot be measured: {}: {}", to_string(broken.cell), to_string(broken.side),
                     to_string(broken.finding.reason), broken.finding.detail);
}

std::string void_text(const GateReport& report) {
  if (report.voided.empty()) return {};
  std::string text = fmt::format("{} of {} pairs are void", report.voided.size(), report.pairs);
  std::vector<std::string> reasons;
  for (const VoidPair& pair : report.voided) {
    if (std::find(reasons.begin(), reasons.end(), pair.reason) == reasons.end()) reasons.push_back(pair.reason);
  }
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(reasons.size(), kShown); ++i) text += (i == 0 ? ": " : "; ") + reasons[i];
  return text + (reasons.size() > kShown ? "; ..." : "");
}

std::string regression_text(const GateFigure& figure) {
  return fmt::format("{} {}: {} -> {} {}, {}", to_string(figure.cell), figure.kind.name, median_text(figure.base),
                     median_text(figure.head), figure.kind.unit, effect_text(figure.result));
}

// The sentences above the table, each a line of its own.
std::vector<std::string> sentences(const GateReport& report) {
  std::vector<std::string> lines;
  for (const GateFigure& figure : report.figures) {
    if (!figure.gating) continue;
    if (figure.result.verdict == Verdict::regression) lines.push_back("REGRESSION  " + regression_text(figure));
    if (figure.result.verdict == Verdict::improved) lines.push_back("IMPROVED    " + regression_text(figure));
  }
  for (const BrokenCell& broken : report.broken) lines.push_back("INVALID     " + broken_text(broken));
  if (!report.identical.empty()) {
    lines.push_back(
        fmt::format("IDENTICAL   {}: the same program on both sides, but for the commit it names: not measured",
                    fmt::join(report.identical, ", ")));
  }
  if (const std::string text = void_text(report); !text.empty()) lines.push_back(text);
  return lines;
}

}  // namespace

std::string effect_text(const GateResult& result) {
  if (!result.effect) return "-";
  std::string text = fmt::format("{:+.1f} %", 100 * *result.effect);
  if (result.lower && result.upper)
    text += fmt::format(" [{:+.1f}, {:+.1f}]", 100 * *result.lower, 100 * *result.upper);
  return text;
}

std::string verdict_text(const GateFigure& figure) {
  if (!figure.gating) return figure.note;
  std::string text(to_string(figure.result.verdict));
  if (!figure.note.empty()) text += ": " + figure.note;
  return text;
}

std::string gate_headline(const GateReport& report) {
  if (report.figures.empty() && report.broken.empty() && !report.identical.empty()) {
    return fmt::format("nothing to measure: all programs compared are identical ({})", report.identical.size());
  }
  std::string text = fmt::format(
      "{} of {} cells could have detected {:.0f} %: {} REGRESSION, {} IMPROVED, {} OK, {} "
      "INCONCLUSIVE",
      report.able_to_detect(kPromised), report.gating(), 100 * kPromised, report.count(Verdict::regression),
      report.count(Verdict::improved), report.count(Verdict::ok), report.count(Verdict::inconclusive));
  if (!report.broken.empty()) text += fmt::format(", {} INVALID", report.broken.size());
  if (!report.identical.empty()) text += fmt::format(", {} IDENTICAL", report.identical.size());
  return text;
}

std::string gate_text(const GateReport& report, const GateSides& sides) {
  std::string text = gate_headline(report) + fmt::format("\nbase {}, head {}\n", sides.base, sides.head);
  for (const std::string& line : sentences(report)) text += line + '\n';
  std::vector<TextRow> rows = rows_of(report);
  if (rows.empty()) return text;
  rows.insert(rows.begin(), header());
  return text + '\n' + text_table(rows, kNames, LastColumn::words);
}

std::string gate_markdown(const GateReport& report, const GateSides& sides) {
  std::string text =
      fmt::format("### {}\n\nBase `{}`, head `{}`.\n\n", gate_headline(report), sides.base, sides.head);
  for (const std::string& line : sentences(report)) text += "- " + line + '\n';
  if (!report.figures.empty()) {
    text +=
        "\n| cell | figure | base | head | change (worse +) | could detect | pairs | verdict |\n"
        "|---|---|---:|---:|---:|---:|---:|---|\n";
  }
  for (const TextRow& row : rows_of(report)) {
    for (const std::string& field : row) text += "| " + field + ' ';
    text += "|\n";
  }
  return text;
}

}  // namespace interleave
