// What servers and the backend report about themselves, as the harness keeps it: the JSON lines of the server
// contract (README of servers/) and of the backend's STATS command. Unknown keys are ignored, so that a server may
// count more.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

// How evenly a server served its connections. Two snapshots tell how many were answered between them; how many
// responses each had is known of those that have ended.
struct PerConnection {
  std::optional<std::uint64_t> answered;  // were sent at least one response
  std::uint64_t ended = 0;
  std::uint64_t responses = 0;          // on those that have ended
  std::uint64_t responses_squared = 0;  // sum of the squares
};

// A server's counters line (SIGUSR1, and the last line of its output).
struct ServerCounters {
  std::uint64_t requests = 0;
  std::map<std::string, std::uint64_t> responses;  // by status, "200"
  std::uint64_t backend_calls = 0;
  std::uint64_t backend_errors = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_closed = 0;
  std::uint64_t connections_reset = 0;
  std::uint64_t threads_created = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t max_in_flight = 0;
  std::optional<PerConnection> per_connection;
  // The process's own getrusage: /proc/PID/status shows the leader thread only.
  std::optional<std::uint64_t> voluntary_switches;
  std::optional<std::uint64_t> involuntary_switches;

  [[nodiscard]] std::uint64_t all_responses() const noexcept;
};

// after - before, counter by counter; in_flight and max_in_flight are taken from `after`.
[[nodiscard]] ServerCounters difference(const ServerCounters& after, const ServerCounters& before);

// The backend's STATS.
struct BackendStats {
  std::uint64_t calls = 0;      // CALLs received
  std::uint64_t completed = 0;  // replies handed to the socket
  std::uint64_t in_flight = 0;
  double delay_mean_us = 0;     // of the delays asked for
  double lateness_mean_us = 0;  // reply handed to the socket after its due time
  double lateness_p50_us = 0;
  double lateness_p99_us = 0;
  double lateness_max_us = 0;
};

// Means over the calls completed between two STATS; percentiles and maximum are those of `after` (since the start).
[[nodiscard]] BackendStats difference(const BackendStats& after, const BackendStats& before);

// Throw std::runtime_error with one line that says what is missing or wrong.
[[nodiscard]] ServerCounters parse_server_counters(std::string_view json_line);
[[nodiscard]] BackendStats parse_backend_stats(std::string_view json);

// What `--describe` says of a server. `family` decides how the charts draw it, `in_flight_limit` how it is predicted.
struct ModelDescription {
  std::string name;
  std::string family;  // "blocking", "threads", "loop", "ruler"
  std::string summary;
  std::string build_type;
  std::vector<std::string> capabilities;
  bool predictable = true;                       // false for the ruler: it serves no workload
  std::optional<std::uint32_t> in_flight_limit;  // requests in progress at a time; nullopt: unlimited
  std::vector<std::string> options = {};         // of its command line; not kept in results

  [[nodiscard]] bool can(std::string_view capability) const noexcept;
  [[nodiscard]] bool has_option(std::string_view option) const noexcept;
};

// "prediction": {"in_flight_limit": 1|null} if there; else what the family implies: blocking 1, threads and loop
// unlimited, ruler none. Throws std::runtime_error with one line.
[[nodiscard]] ModelDescription parse_description(std::string_view json);

}  // namespace interleave
