#include "harness/regress/jitter_watch.hpp"

#include <csignal>

#include "core/base/clock.hpp"

namespace interleave {
namespace {

constexpr std::chrono::milliseconds kPeriod{5};

}  // namespace

JitterWatch::JitterWatch() {
  // Signals are for the thread that waits for them.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { watch(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

JitterWatch::~JitterWatch() {
  stopping_ = true;
  thread_.join();
}

std::chrono::nanoseconds JitterWatch::take_longest() noexcept {
  return std::chrono::nanoseconds(longest_ns_.exchange(0));
}

void JitterWatch::watch() noexcept {
  while (!stopping_) {
    const TimePoint due = now() + kPeriod;
    std::this_thread::sleep_until(due);
    const std::int64_t late = std::chrono::nanoseconds(now() - due).count();
    std::int64_t longest = longest_ns_;
    while (late > longest && !longest_ns_.compare_exchange_weak(longest, late)) {
    }
  }
}

}  // namespace interleave
