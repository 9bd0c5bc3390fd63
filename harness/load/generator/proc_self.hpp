// What /proc says of the machine and of this process. Thread-safe.
#pragma once
#include <cstdint>
#include <optional>

#include "harness/process/proc_text.hpp"

namespace interleave {

// Machine; nullopt: the kernel does not say.
[[nodiscard]] std::optional<CpuTicks> read_cpu_ticks();

// Most memory this process ever had resident, since exec (getrusage counts what its parent had at the fork); 0:
// unknown.
[[nodiscard]] std::uint64_t read_peak_memory_kib();

// Stolen share of the CPU time between two readings; 0 where unknown.
[[nodiscard]] double steal_between(const std::optional<CpuTicks>& before,
                                   const std::optional<CpuTicks>& after) noexcept;

}  // namespace interleave
