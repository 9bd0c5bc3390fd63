#include "backend/arrival_clock.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>

namespace interleave {
namespace {

// A stamp older than this is not believed: the real-time clock was set.
constexpr std::chrono::seconds kOldest{1};

Nanoseconds to_nanoseconds(const timespec& time) noexcept {
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

}  // namespace

void ArrivalClock::enable(int socket) noexcept {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

void ArrivalClock::synchronise() noexcept {
  timespec real{};
  ::clock_gettime(CLOCK_REALTIME, &real);
  offset_ = to_nanoseconds(real) - now().time_since_epoch();
}

TimePoint ArrivalClock::arrival(const msghdr& message, TimePoint read_at) const noexcept {
  const cmsghdr* const control = CMSG_FIRSTHDR(&message);
  if (control == nullptr || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_TIMESTAMPNS)
    return read_at;
  timespec stamp{};
  std::memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
  const TimePoint arrived{to_nanoseconds(stamp) - offset_};
  return arrived < read_at - kOldest ? read_at : std::min(arrived, read_at);
}

}  // namespace interleave
