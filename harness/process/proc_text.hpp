// Parsers of the text files under /proc (proc(5)). Pure; nullopt where the text is not as documented, never a guess.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace interleave {

// /proc/PID/stat. Times in clock ticks (sysconf(_SC_CLK_TCK)).
struct PidStat {
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  bool ended = false;  // a zombie: its parent has not asked for it yet
};
[[nodiscard]] std::optional<PidStat> parse_pid_stat(std::string_view text);

// "Rss:  123 kB" in /proc/PID/smaps_rollup; `key` with its colon.
[[nodiscard]] std::optional<std::uint64_t> parse_kib_field(std::string_view text, std::string_view key);

// Second number of /proc/PID/task/TID/schedstat: time spent runnable and not running.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_schedstat_wait(std::string_view text);

// First line of /proc/stat, in clock ticks. Guest time is part of user time already.
struct CpuTicks {
  std::uint64_t total = 0;
  std::uint64_t steal = 0;
};
[[nodiscard]] std::optional<CpuTicks> parse_cpu_ticks(std::string_view text);

// "some avg10=.. total=N" of /proc/pressure/*: microseconds in which somebody waited.
[[nodiscard]] std::optional<std::chrono::microseconds> parse_pressure_some(std::string_view text);

// Local ports of outgoing connections: so many at a time to one address, those in TIME_WAIT included.
struct PortRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  [[nodiscard]] std::uint32_t size() const noexcept { return last - first + 1; }
};
// "32768\t60999" of /proc/sys/net/ipv4/ip_local_port_range.
[[nodiscard]] std::optional<PortRange> parse_port_range(std::string_view text);

struct MemoryFacts {
  std::uint64_t available_mib = 0;
  std::uint64_t swap_used_mib = 0;
};
// /proc/meminfo.
[[nodiscard]] std::optional<MemoryFacts> parse_memory(std::string_view text);

// "150000 100000", the quota and period of a cgroup's cpu.max, as cores; nullopt also for "max" and -1: no quota.
[[nodiscard]] std::optional<double> parse_cpu_quota(std::string_view text);

// A counter of /proc/net/snmp or netstat, where a line "Tcp: Name Name" is followed by "Tcp: value value".
[[nodiscard]] std::optional<std::uint64_t> parse_net_counter(std::string_view text, std::string_view group,
                                                             std::string_view name);

}  // namespace interleave
