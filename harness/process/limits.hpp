// What this machine allows a measurement: threads, ports, memory, CPU time, power. The readers take the root of the
// file system, so that a test can give them another one; where the kernel does not say, there is no value.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/process/proc_text.hpp"

namespace interleave {

struct ThreadLimit {
  std::uint64_t threads = 0;  // the smallest of what limits them
  std::string limited_by;     // its name, as "kernel.pid_max"
};

// Of kernel.pid_max, kernel.threads-max, the container's pids.max and `user_limit` (nullopt: none).
[[nodiscard]] std::optional<ThreadLimit> read_thread_limit(std::optional<std::uint64_t> user_limit,
                                                           const std::filesystem::path& root = "/");
// RLIMIT_NPROC of this process; nullopt: unlimited.
[[nodiscard]] std::optional<std::uint64_t> user_process_limit();

[[nodiscard]] std::optional<PortRange> read_port_range(const std::filesystem::path& root = "/");
[[nodiscard]] std::optional<MemoryFacts> read_memory(const std::filesystem::path& root = "/");

// Cores' worth of CPU time that a container allows its processes (cgroup version 2 or 1); nullopt: all there is.
[[nodiscard]] std::optional<double> read_cpu_quota(const std::filesystem::path& root = "/");

// A battery discharges. False where there is none.
[[nodiscard]] bool read_on_battery(const std::filesystem::path& root = "/");

}  // namespace interleave
