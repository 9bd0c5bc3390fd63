// The counters as one line of JSON, the format of the server contract. Async-signal-safe: no allocation, no lock, no
// locale, one write(2) for the line.
#pragma once
#include <array>
#include <cstddef>

#include "core/service/counters.hpp"

namespace interleave {

using LineBuffer = std::array<char, 2048>;

// What the kernel says of the process; read with getrusage and clock_gettime.
struct ProcessUsage {
  std::uint64_t cpu_ns = 0;  // user + system, all threads, ended ones included
  std::uint64_t user_us = 0;
  std::uint64_t system_us = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
};
[[nodiscard]] ProcessUsage read_process_usage() noexcept;

// Formats into `buffer`, newline included; returns the length.
[[nodiscard]] std::size_t format_counters(const CounterTotals& totals, const ProcessUsage& usage,
                                          LineBuffer& buffer) noexcept;

// Prints the line to stdout.
void print_counters(const Counters& counters) noexcept;

}  // namespace interleave
