#include "harness/cli/table.hpp"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "harness/record/text_table.hpp"

namespace interleave {
namespace {

constexpr std::size_t kNames = 2;  // columns

std::string number(const std::optional<Estimate>& value) {
  return value ? short_number(value->estimate) : "-";
}

std::string with_interval(const std::optional<Estimate>& value) {
  if (!value) return "-";
  if (!value->low || !value->high) return short_number(value->estimate);
  return fmt::format("{} [{}, {}]", short_number(value->estimate), short_number(*value->low),
                     short_number(*value->high));
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

TextRow row_of(const SummaryCell& cell) {
  return {cell.model,
          cell.workload,
          short_name(cell.load),
          with_interval(cell.throughput_rps),
          cell.predicted ? short_number(cell.predicted->throughput_rps) : "-",
          cell.residual_percent ? fmt::format("{:+.1f} %", *cell.residual_percent) : "-",
          number(cell.latency.p50),
          number(cell.latency.p99),
          number(cell.cpu_us_per_request),
          validity_and_reasons(cell)};
}

}  // namespace

std::string format_searches(const SummaryRecord& summary) {
  std::string text;
  for (const SearchSummary& search : summary.searches) {
    const std::string found = search.rate_rps ? with_interval(search.rate_rps) + " req/s" : search.note;
    text += fmt::format("{} {}, {}: {}\n", search.model, search.workload, search.objective, found);
  }
  return text;
}

std::string format_table(const SummaryRecord& summary) {
  std::vector<TextRow> rows{{"model", "workload", "load", "req/s [95 %]", "predicted", "residual", "p50 ms", "p99 ms",
                             "CPU us/req", "validity"}};
  for (const SummaryCell& cell : summary.cells) rows.push_back(row_of(cell));
  return text_table(rows, kNames, LastColumn::words);
}

}  // namespace interleave
