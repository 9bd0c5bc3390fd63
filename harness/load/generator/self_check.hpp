// The generator's verdict on itself: was what it measured the server, or itself? Pure.
//
// One table holds every threshold; docs/load.md shows the same one (a test compares them). A measurement that is not
// ok must not be compared with others.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"

namespace interleave {

enum class LoadValidity : std::uint8_t { ok, suspect, generator_bound };
[[nodiscard]] std::string_view to_string(LoadValidity validity) noexcept;

// Of the window. Of several threads: the worst; the ratio: of all.
struct LoadEvidence {
  double taken_up = 1;                   // arrivals dealt with in the window / arrivals scheduled in it
  std::optional<Nanoseconds> lag_p99{};  // send_lag
  std::optional<Nanoseconds> response_p50{};
  double busy = 0;      // CPU time without spinning / wall time, of a core
  double run_wait = 0;  // runnable and not running / wall time
  double steal = 0;     // of the machine's CPU time over the whole run, taken by the hypervisor
  Nanoseconds longest_turn{0};
  std::string unopened{};     // how many connections failed to open before the start, by errno; empty: none
  std::string probe_error{};  // why there was no run at all; empty: there was one
};

struct LoadCheck {
  std::string_view name;
  std::string_view what;
  std::string_view limit;
  LoadValidity otherwise;  // the verdict where it does not hold
};

inline constexpr double kLeastTakenUp = 0.999;
inline constexpr double kMostLagOfResponse = 0.05;
inline constexpr Nanoseconds kMostLag = std::chrono::microseconds(200);
inline constexpr double kMostBusy = 0.80;
inline constexpr double kMostRunWait = 0.01;
inline constexpr double kMostSteal = 0.02;
inline constexpr Nanoseconds kLongestTurn = std::chrono::milliseconds(5);

inline constexpr std::array<LoadCheck, 8> kLoadChecks{{
    {"taken_up", "scheduled requests dealt with within the window", ">= 0.999", LoadValidity::generator_bound},
    {"send_lag", "p99 of the generator's own lateness", "<= 5 % of the p50 response, or 0.2 ms",
     LoadValidity::suspect},
    {"busy", "CPU time of a thread without spinning, of a core", "< 80 %", LoadValidity::generator_bound},
    {"run_wait", "time a thread was runnable and did not run", "< 1 %", LoadValidity::suspect},
    {"steal", "CPU time the hypervisor took from this machine", "< 2 %", LoadValidity::suspect},
    {"longest_turn", "longest turn of a thread's loop", "< 5 ms", LoadValidity::suspect},
    {"unopened", "connections that could not be opened before the start", "none", LoadValidity::suspect},
    {"probe_failed", "the one request before the run, without which there is none", "an HTTP reply",
     LoadValidity::suspect},
}};

struct LoadFinding {
  const LoadCheck* check;  // into kLoadChecks
  std::string detail;      // "91 % of a core, want < 80 %"
};

struct LoadVerdict {
  LoadValidity validity = LoadValidity::ok;  // the worst of the findings'
  std::vector<LoadFinding> findings;
};

[[nodiscard]] LoadVerdict judge(const LoadEvidence& evidence);

}  // namespace interleave
