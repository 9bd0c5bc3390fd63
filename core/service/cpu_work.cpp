#include "core/service/cpu_work.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/clock.hpp"
#include "core/base/rng.hpp"

namespace interleave {

// 20 runs of about 1 ms: long enough for the clock, short enough that some run is not interrupted.
CpuRate calibrate_cpu_rate() {
  constexpr int kRuns = 20;
  constexpr double kRunNanoseconds = 1e6;
  std::uint64_t iterations = 10'000;
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    const TimePoint start = now();
    do_cpu_work(iterations);
    const double elapsed = std::max(1.0, static_cast<double>(std::chrono::nanoseconds(now() - start).count()));
    best = std::max(best, static_cast<double>(iterations) / elapsed);  // per nanosecond
    iterations = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(best * kRunNanoseconds));
  }
  return {.iterations_per_us = best * 1e3};
}

std::uint64_t iterations_for(std::chrono::nanoseconds nominal, CpuRate rate) noexcept {
  const double iterations = static_cast<double>(nominal.count()) * 1e-3 * rate.iterations_per_us;
  return iterations <= 0 ? 0 : static_cast<std::uint64_t>(std::llround(iterations));
}

std::uint64_t do_cpu_work(std::uint64_t iterations) noexcept {
  std::uint64_t value = iterations;
  for (std::uint64_t i = 0; i < iterations; ++i) value = mix64(value);
  // The compiler may drop a loop whose result nobody uses: claim to use it.
  asm volatile("" : "+r"(value));
  return value;
}

}  // namespace interleave
