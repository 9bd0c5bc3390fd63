// What a gate measured of its head, as a line of the history.
#pragma once
#include <filesystem>

#include "harness/history/history_entry.hpp"
#include "harness/regress/gate_record.hpp"

namespace interleave {

// The machine a gate ran on.
[[nodiscard]] MachineFacts machine_of(const GateRecord& record);

// From gate.json and verdict.json. Throws UsageError.
[[nodiscard]] HistoryEntry read_gate_entry(const std::filesystem::path& gate_folder);

}  // namespace interleave
