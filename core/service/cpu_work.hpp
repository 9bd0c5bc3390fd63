// Fixed CPU work. A `cpu = "200us"` step is not "spin until 200 us have passed" (that would hide contention: a
// descheduled spinner still finishes on time) but a fixed number of iterations, as many as take that long on an
// idle core at the calibrated rate. Every server of a run gets the same rate, so every server does the same work.
#pragma once
#include <chrono>
#include <cstdint>

namespace interleave {

// Iterations of the work loop per microsecond.
struct CpuRate {
  double iterations_per_us = 0;
};

// Measures the rate on the calling thread: the best of several short runs (interruptions only ever slow a run down).
// Takes about 20 ms.
[[nodiscard]] CpuRate calibrate_cpu_rate();

[[nodiscard]] std::uint64_t iterations_for(std::chrono::nanoseconds nominal, CpuRate rate) noexcept;

// Does the work: a dependent integer chain that stays in registers and the compiler cannot shorten.
// The result depends on the whole chain; ignoring it is fine, the work is done all the same.
std::uint64_t do_cpu_work(std::uint64_t iterations) noexcept;

}  // namespace interleave
