// results/history.ndjson: an entry a line (docs/schemas/history.schema.json), oldest first as they were added.
// Written whole and atomically under a lock on its folder, so that two programs that add at the same time both
// succeed and a full disk keeps the old file.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/history/history_entry.hpp"

namespace interleave {

inline constexpr int kHistorySchemaVersion = 1;

[[nodiscard]] std::string to_line(const HistoryEntry& entry);
// `name` ("history.ndjson:3") stands in messages. Throws UsageError.
[[nodiscard]] HistoryEntry entry_from_line(std::string_view line, std::string_view name);

// Throws UsageError: no such file, or the line that is wrong by its number.
[[nodiscard]] std::vector<HistoryEntry> read_history(const std::filesystem::path& file);

// Makes the file where there is none; its folder exists. An entry at the same place (same_place) is refused, or
// replaced where it stands. Throws UsageError; std::system_error where the file cannot be written.
void add_to_history(const std::filesystem::path& file, const HistoryEntry& entry, bool replace);

// Adds a line to any NDJSON file in the same way.
void append_line(const std::filesystem::path& file, std::string_view line);

}  // namespace interleave
