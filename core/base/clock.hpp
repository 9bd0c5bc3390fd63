// The one clock of the project: monotonic, nanoseconds. Comparable between processes of one machine
// (CLOCK_MONOTONIC).
#pragma once
#include <chrono>

namespace interleave {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

inline TimePoint now() noexcept {
  return Clock::now();
}

// A deadline that never comes. Arithmetic on it overflows: compare, do not add.
inline constexpr TimePoint kNever = TimePoint::max();

}  // namespace interleave
