// The services of a workload file: distribution, capacity, faults. Part of load_workload.cpp; every problem is a
// UsageError with its place.
#pragma once
#include <filesystem>
#include <string_view>

#include "core/base/config.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

// Names of workloads and services become parts of file names, chart labels and backend commands.
[[nodiscard]] bool is_workload_name(std::string_view text);
inline constexpr std::string_view kNameRule = "use 1 to 64 of a-z, 0-9 and _";

// One entry of [services]. A trace is read from its file, named relative to `folder`, the workload file's.
[[nodiscard]] ServiceSpec read_service(const ConfigNode& node, const std::filesystem::path& folder);

}  // namespace interleave
