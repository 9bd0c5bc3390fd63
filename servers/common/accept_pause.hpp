// What every model does when the system has no descriptor or no memory for a further client: that client stays in the
// listen queue and would be reported again at once, so nobody looks there until a connection has ended or a moment
// has passed (what frees a descriptor need not be ours). Not thread-safe.
#pragma once
#include <cerrno>
#include <chrono>

#include "core/base/clock.hpp"

namespace interleave {

constexpr std::chrono::milliseconds kAcceptPause{50};

// Whether accept(2) failed for want of something of ours; any other error concerns one client, who has gone.
[[nodiscard]] constexpr bool accept_must_pause(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

class AcceptPause {
 public:
  void begin(TimePoint at) noexcept { until_ = at + kAcceptPause; }
  void end() noexcept { until_ = kNever; }
  [[nodiscard]] bool active() const noexcept { return until_ != kNever; }
  // Ends the pause if its time has come; true if there is none any more.
  [[nodiscard]] bool over(TimePoint at) noexcept {
    if (active() && at >= until_) end();
    return !active();
  }
  // kNever: there is none.
  [[nodiscard]] TimePoint until() const noexcept { return until_; }

 private:
  TimePoint until_ = kNever;
};

}  // namespace interleave
