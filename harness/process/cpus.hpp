// Which processors exist, and which part of a trial runs where.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.hpp"

namespace interleave {

// A logical processor this process may use. Two of the same package and core are SMT siblings.
struct Cpu {
  std::uint32_t id = 0;
  int core = 0;
  int package = 0;
};

struct CpuTopology {
  std::vector<Cpu> allowed;  // ascending ids
};

// The processors of our affinity mask. `sys_cpu` is /sys/devices/system/cpu; where it says nothing about a processor,
// that one counts as a core of its own.
[[nodiscard]] CpuTopology read_cpu_topology(const std::filesystem::path& sys_cpu = "/sys/devices/system/cpu");

// A layout (run_record.hpp), said in words, and what it costs the measurement.
struct LayoutChoice {
  CpuLayout layout;
  std::string description;  // one line
  std::vector<Warning> warnings;
};

// The server gets one processor that nobody else uses, on a core nobody else uses if there are two cores; generator
// and backend get a core each if there are three, else they share the second. One processor: nothing is pinned.
// REQUIRES: at least one allowed processor. Pure.
[[nodiscard]] LayoutChoice choose_layout(const CpuTopology& topology);
// The same with the server's processors given (--server-cpus); generator and backend are chosen from the rest, on
// cores the server has no part of while there are any. Throws UsageError if one is not allowed, or nothing is left.
// Pure.
[[nodiscard]] LayoutChoice choose_layout(const CpuTopology& topology, const std::vector<std::uint32_t>& server);
// The layout of a run that goes on. Throws UsageError if a processor of it is not allowed any more. Pure.
[[nodiscard]] LayoutChoice keep_layout(const CpuTopology& topology, const CpuLayout& begun);
// A list as taskset takes it, "0" or "0,2-3", ascending. nullopt: no such list. Pure.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> parse_cpu_list(std::string_view text);
// --no-pin. Pure.
[[nodiscard]] LayoutChoice unpinned_layout(const CpuTopology& topology);
// Pins the calling thread, and what it starts afterwards. Empty: nothing happens. Throws std::system_error.
void move_to_cpus(const std::vector<std::uint32_t>& cpus);
// Cores in the topology; SMT siblings count once.
[[nodiscard]] std::uint32_t physical_cores(const CpuTopology& topology);

}  // namespace interleave
