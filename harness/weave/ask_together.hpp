// Requests that all go out at once, each on a connection of its own: what a weave is drawn from.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/net/endpoint.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {

struct TimedReply {
  TimePoint sent;      // its request is in the server's socket: on loopback send() delivers
  TimePoint received;  // the last byte came
  int status = 0;
};

// Connects to the server once for each target, in order; then sends all requests, one right after the other, and
// takes the replies. Throws std::system_error (timed_out at the deadline), std::runtime_error (no valid response),
// Interrupted.
[[nodiscard]] std::vector<TimedReply> ask_together(const Endpoint& server, std::span<const std::string> targets,
                                                   TimePoint deadline, const Interrupt& interrupt);

}  // namespace interleave
