// wrk, the load generator: its command line, and the report its Lua hook (harness/load/wrk_report.lua) leaves behind.
// Pure but for read_wrk_report. wrk is never asked for a latency of its own: harness/load/wrk_recovery.hpp.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/driver/driver.hpp"

namespace interleave {

// One of several routes; its share of the requests is its weight over the sum of all.
struct WrkRoute {
  std::string target;
  double weight = 1;
};

struct WrkJob {
  std::string url;                 // where a single route is asked for
  std::vector<WrkRoute> routes{};  // two or more: wrk picks among them; empty: the url alone, at no cost per request
  std::uint64_t seed = 1;          // of the order in which routes are picked
  std::uint32_t connections = 1;
  std::uint32_t threads = 1;  // of wrk; one per core it may use
  std::chrono::nanoseconds duration{0};
  std::chrono::nanoseconds timeout{2'000'000'000};
  std::filesystem::path script;  // wrk_report.lua
  std::filesystem::path report;  // where the hook writes
};

// wrk -c 100 -t 3 opens 99 connections: threads are reduced to the largest number that divides the connections.
[[nodiscard]] DriverCommand wrk_command(const WrkJob& job);

// About 4 x the longest mean latency to be expected, within 2 s and 60 s: a later reply vanishes from wrk's
// histogram, and every second costs 8 MB of memory. Whole seconds, as wrk wants it.
[[nodiscard]] std::chrono::seconds wrk_timeout(std::chrono::nanoseconds longest_expected_latency);

// wrk -d takes whole seconds only: rounded up.
[[nodiscard]] std::chrono::seconds wrk_duration(std::chrono::nanoseconds duration);

// Parses the report, undoes the rewriting and proves it. `connections` is what wrk got as -c. Throws
// DriverReportError.
[[nodiscard]] DriverResult parse_wrk_report(std::string_view text, std::uint32_t connections);
[[nodiscard]] DriverResult read_wrk_report(const std::filesystem::path& report, std::uint32_t connections);

}  // namespace interleave
