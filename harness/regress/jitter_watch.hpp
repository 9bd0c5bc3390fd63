// Sees whether the machine stood still: a thread that sleeps a few milliseconds at a time and notes how late it
// wakes. It runs where its creator may run (the generator's core), 200 times a second, and costs both sides of a pair
// the same. The watch owns its thread and ends it.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace interleave {

class JitterWatch {
 public:
  JitterWatch();
  ~JitterWatch();
  JitterWatch(const JitterWatch&) = delete;
  JitterWatch& operator=(const JitterWatch&) = delete;

  // The longest lateness since the last call.
  [[nodiscard]] std::chrono::nanoseconds take_longest() noexcept;

 private:
  void watch() noexcept;

  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> longest_ns_{0};
  std::thread thread_;
};

}  // namespace interleave
