// When requests are to be sent: fixed before the run and independent of replies. The same seed gives the same
// schedule whatever is measured and with however many threads: a thread takes every T-th arrival of the one schedule.
//
//   constant       t_k = k / R
//   Poisson        gaps -ln(U) / R from a seeded stream, rounded to whole nanoseconds
//   ramp A to B    the rate grows linearly over the duration D: A t + (B - A) t^2 / 2D = k, solved for t without
//                  cancellation: t_k = 2k / (A + sqrt(A^2 + 2 (B - A) k / D))
//   steps          evenly spaced at each rate in turn; a step begins a full gap after nothing that came before
//   trace          recorded times
//
// Pure; a cursor is not thread-safe.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/rng.hpp"

namespace interleave {

struct ConstantArrivals {
  double rate = 0;  // requests per second; above 0, as all rates here
};
struct PoissonArrivals {
  double rate = 0;
};
struct RampArrivals {
  double from = 0;  // may be 0 if `to` is not
  double to = 0;
};
struct StepArrivals {
  struct Step {
    double rate = 0;
    Nanoseconds duration{0};
  };
  std::vector<Step> steps;
};
struct TraceArrivals {
  std::shared_ptr<const std::vector<Nanoseconds>> times;  // ascending, from 0; never null
};
using Arrivals = std::variant<ConstantArrivals, PoissonArrivals, RampArrivals, StepArrivals, TraceArrivals>;

// The name users give it: "constant", "poisson", "ramp", "steps", "trace".
[[nodiscard]] std::string_view name_of(const Arrivals& arrivals) noexcept;

// Mean requests per second over the duration.
[[nodiscard]] double mean_rate(const Arrivals& arrivals, Nanoseconds duration) noexcept;

struct Schedule {
  Arrivals arrivals;
  std::uint64_t seed = 1;
  Nanoseconds warmup{0};    // the same arrivals, at the first rate, before time 0; not measured
  Nanoseconds duration{0};  // arrivals in [0, duration)
};

struct Arrival {
  Nanoseconds at{0};         // from the begin of the window; negative: warm-up
  std::uint64_t number = 0;  // from 0, in each phase
  bool measured = false;
  bool operator==(const Arrival&) const = default;
};

// One phase of a schedule, arrival by arrival.
class ArrivalStream {
 public:
  ArrivalStream(Arrivals arrivals, std::uint64_t seed, Nanoseconds length);
  [[nodiscard]] std::optional<Nanoseconds> next();

 private:
  [[nodiscard]] std::optional<Nanoseconds> compute();
  [[nodiscard]] std::optional<Nanoseconds> next_step(const StepArrivals& steps);

  Arrivals arrivals_;
  Nanoseconds length_;
  SplitMix64 random_;
  std::uint64_t count_ = 0;  // arrivals so far; of the present step, for steps
  std::size_t step_ = 0;
  Nanoseconds base_{0};  // the last arrival, or the begin of the present step
};

// What one of several threads has to send: warm-up first, then the window.
class ScheduleCursor {
 public:
  // REQUIRES: thread < threads.
  ScheduleCursor(const Schedule& schedule, std::uint32_t thread, std::uint32_t threads);
  [[nodiscard]] std::optional<Arrival> next();

 private:
  ArrivalStream warmup_;
  ArrivalStream window_;
  Nanoseconds warmup_length_;
  std::uint32_t thread_;
  std::uint32_t threads_;
  std::uint64_t number_ = 0;
  bool measured_;
};

// SHA-256 of the window's arrivals (each as 8 bytes, little-endian nanoseconds) in hexadecimal, and how many there
// are.
struct ScheduleDigest {
  std::string sha256;
  std::uint64_t arrivals = 0;
};
// `stopped` is asked every few thousand arrivals, since there may be billions: once it says so the digest is empty.
[[nodiscard]] ScheduleDigest digest(const Schedule& schedule, const std::function<bool()>& stopped = {});

}  // namespace interleave
