// The capacity of a server under an objective: the highest rate of an open loop at which a percentile of its response
// times stays below a limit. A search of a bounded number of steps: it widens a bracket until the objective is met at
// one end and missed at the other, then halves it (on a logarithmic scale) with each step. Plain values; pure
// functions.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace interleave {

struct Objective {
  double quantile = 0.99;
  std::chrono::nanoseconds limit{0};
  bool operator==(const Objective&) const = default;
};

// "p99<50ms"; p50, p90, p99 and p999. nullopt: not of this form.
[[nodiscard]] std::optional<Objective> parse_objective(std::string_view text);
[[nodiscard]] std::string to_string(const Objective& objective);

struct SearchPlan {
  Objective objective;
  std::uint32_t steps = 8;
  bool operator==(const SearchPlan&) const = default;
};

enum class StepOutcome : std::uint8_t {
  met,
  missed,
  unclear  // the trial says nothing about the server: the rate is tried again
};
[[nodiscard]] std::string_view to_string(StepOutcome outcome) noexcept;

struct SearchStep {
  double rps = 0;
  StepOutcome outcome = StepOutcome::unclear;
};

// The lowest rate that missed, and the highest below it that met: a server that meets the objective again at a higher
// rate after it missed once was lucky.
struct RateBracket {
  std::optional<double> met;
  std::optional<double> missed;
};
[[nodiscard]] RateBracket bracket_of(std::span<const SearchStep> steps);

// The rate of the next step. `first` is where to begin, > 0.
[[nodiscard]] double next_rate(double first, std::span<const SearchStep> steps);

}  // namespace interleave
