// The history as it is shown: a table for people, JSON for programs (docs/schemas/history_report.schema.json). Pure.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "harness/history/history_series.hpp"

namespace interleave {

// For each machine a table with the last `last` commits as columns and the change of the newest against the one
// before.
[[nodiscard]] std::string history_text(const std::vector<MachineHistory>& histories, std::size_t last);
[[nodiscard]] std::string history_json(const std::vector<MachineHistory>& histories);

}  // namespace interleave
