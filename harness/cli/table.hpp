// The summary as a table for the terminal. Pure; the same figures as in summary.json, three significant digits.
#pragma once
#include <string>

#include "harness/record/summary_record.hpp"

namespace interleave {

[[nodiscard]] std::string format_table(const SummaryRecord& summary);
// A line for each capacity search; empty if there was none.
[[nodiscard]] std::string format_searches(const SummaryRecord& summary);

}  // namespace interleave
