// What one thread of the generator observes about itself: the evidence for the self-check (self_check.hpp).
#pragma once
#include "core/base/clock.hpp"

namespace interleave {

// Of the window.
struct LoopHealth {
  Nanoseconds wall{0};
  Nanoseconds cpu{0};           // of this thread
  Nanoseconds spun{0};          // of that: waiting in a spin
  Nanoseconds run_wait{0};      // runnable and not running
  Nanoseconds longest_turn{0};  // from a wake-up to the next wait
};

// Takes the readings of the calling thread at both ends of the window.
class HealthWatch {
 public:
  void begin(TimePoint at, Nanoseconds spun);
  [[nodiscard]] LoopHealth end(TimePoint at, Nanoseconds spun) const;
  [[nodiscard]] bool begun() const noexcept { return begun_; }

 private:
  struct Reading {
    TimePoint at;
    Nanoseconds cpu{0};
    Nanoseconds spun{0};
    Nanoseconds run_wait{0};
  };
  [[nodiscard]] static Reading read(TimePoint at, Nanoseconds spun);

  bool begun_ = false;
  Reading begin_;
};

}  // namespace interleave
