#include "harness/cli/table.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace interleave {
namespace {

constexpr std::size_t kColumns = 10;
constexpr std::size_t kLeftAligned = 2;
using Row = std::array<std::string, kColumns>;

std::string number(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

std::string number(const std::optional<Estimate>& value) {
  return value ? number(value->estimate) : "-";
}

std::string with_interval(const std::optional<Estimate>& value) {
  if (!value) return "-";
  if (!value->low || !value->high) return number(value->estimate);
  return fmt::format("{} [{}, {}]", number(value->estimate), number(*value->low), number(*value->high));
}

std::string validity_and_reasons(const SummaryCell& cell) {
  std::string text(to_string(cell.validity));
  const char* separator = ": ";
  for (const auto& [reason, count] : cell.reasons) {
    text += fmt::format("{}{} x{}", separator, reason, count);
    separator = ", ";
  }
  return text;
}

Row row_of(const SummaryCell& cell) {
  return {cell.model,
          cell.workload,
          std::to_string(cell.connections),
          with_interval(cell.throughput_rps),
          cell.predicted ? number(cell.predicted->throughput_rps) : "-",
          cell.residual_percent ? fmt::format("{:+.1f} %", *cell.residual_percent) : "-",
          number(cell.latency.p50),
          number(cell.latency.p99),
          number(cell.cpu_us_per_request),
          validity_and_reasons(cell)};
}

}  // namespace

std::string format_table(const SummaryRecord& summary) {
  std::vector<Row> rows{{"model", "workload", "conn", "req/s [95 %]", "predicted", "residual", "p50 ms", "p99 ms",
                         "CPU us/req", "validity"}};
  for (const SummaryCell& cell : summary.cells) rows.push_back(row_of(cell));
  std::array<std::size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < kColumns; ++i) {
      const bool left = i < kLeftAligned || i + 1 == kColumns;
      line += left ? fmt::format("{:<{}}  ", row[i], widths[i]) : fmt::format("{:>{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace interleave
