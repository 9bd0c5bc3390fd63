// Short names for the moments and calls of the queues' tests.
#pragma once
#include <cstdint>

#include "backend/call_queue.hpp"
#include "core/base/clock.hpp"

namespace interleave {

inline TimePoint at(std::int64_t ns) {
  return TimePoint(Nanoseconds(ns));
}

inline CallTicket call(std::uint32_t number) {
  return {{number, 1}, 0};
}

}  // namespace interleave
