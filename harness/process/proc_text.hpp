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

// A counter of /proc/net/snmp or netstat, where a line "Tcp: Name Name" is followed by "Tcp: value value".
[[nodiscard]] std::optional<std::uint64_t> parse_net_counter(std::string_view text, std::string_view group,
                                                             std::string_view name);

}  // namespace interleave
