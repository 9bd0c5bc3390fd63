// Reads a workload file. Every problem is a UsageError "file.toml:9:12: what is wrong (did you mean 'x'?)":
// unknown keys, wrong types, values without unit, unknown services, duplicate targets. Nothing is ignored.
#pragma once
#include <filesystem>
#include <string_view>

#include "core/workload/workload.hpp"

namespace interleave {

[[nodiscard]] Workload load_workload(const std::filesystem::path& file);

// The same from text; `name` stands in messages and gives the workload its name (stem).
[[nodiscard]] Workload parse_workload(std::string_view toml_text, const std::filesystem::path& name);

}  // namespace interleave
