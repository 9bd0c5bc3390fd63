// When bytes arrived at a socket, by the kernel's own time stamp (SO_TIMESTAMPNS), on the clock of the project.
//
// The delay of a simulated service begins when the call arrives, not when this process gets round to reading it. On a
// core shared with the load generator the difference is milliseconds, and worse: calls read together would all fall
// due together, so that a burst stays a burst for ever. With it, they fall due as far apart as they were sent.
#pragma once
#include <sys/socket.h>

#include "core/base/clock.hpp"

namespace interleave {

class ArrivalClock {
 public:
  // Asks the kernel for time stamps on this socket. Without them (an old kernel) arrival is the time of reading.
  static void enable(int socket) noexcept;

  // Once per turn: where the kernel's clock (real time) stands against ours now.
  void synchronise() noexcept;

  // Arrival of what recvmsg() has just read; `read_at` if there is no stamp or no plausible one.
  [[nodiscard]] TimePoint arrival(const msghdr& message, TimePoint read_at) const noexcept;

 private:
  Nanoseconds offset_{0};  // real time minus our clock
};

}  // namespace interleave
