// One look at a process or at the machine, for the sampler. Thread-safe (no state).
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

#include "core/base/clock.hpp"

namespace interleave {

// Whole file; empty if it cannot be read.
[[nodiscard]] std::string text_of(const std::filesystem::path& file);

// What is dear to read: some 0.5 ms of a core for a small process, and more with each mapping, descriptor and thread.
struct ProcessDetail {
  std::uint64_t rss_kib = 0;
  std::uint64_t pss_kib = 0;  // memory shared with other processes counted in proportion
  std::uint64_t open_fds = 0;
  // Runnable and not running, summed over the threads that live now: it can shrink when threads end.
  std::chrono::nanoseconds run_wait{0};
};

struct ProcessReading {
  TimePoint at;
  std::chrono::nanoseconds cpu{0};   // whole process, ended threads included (clock_getcpuclockid)
  std::chrono::nanoseconds user{0};  // tick resolution: only the split is of interest
  std::chrono::nanoseconds system{0};
  std::uint64_t threads = 0;
  std::optional<ProcessDetail> detail;  // where it was asked for
};

enum class Look { quick, whole };

// nullopt: the process is gone. Between any two files it lets others have the core: reading /proc is kernel time that
// nobody interrupts, and what shares the core would be late by all of it.
[[nodiscard]] std::optional<ProcessReading> read_process(pid_t pid, Look look);

// CPU time of a process alone: the cheapest and most exact of the above.
[[nodiscard]] std::optional<std::chrono::nanoseconds> read_process_cpu(pid_t pid);

struct MachineReading {
  TimePoint at;
  std::uint64_t cpu_ticks = 0;                            // all processors, all states
  std::uint64_t steal_ticks = 0;                          // of these: taken by the hypervisor
  std::optional<std::chrono::microseconds> cpu_pressure;  // PSI "some", since boot; nullopt: this kernel has none
  double load_1min = 0;
  std::uint64_t tcp_retransmits = 0;  // of this network namespace
  std::uint64_t listen_overflows = 0;
};

// Lets others have the core as read_process() does.
[[nodiscard]] MachineReading read_machine();

}  // namespace interleave
