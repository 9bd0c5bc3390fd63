// When is the backend quiet? Nothing in flight and no new call for a while: a slow server goes on with requests whose
// clients have left, and that dead work would be counted in the window. Pure: fed with STATS and the time.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/base/clock.hpp"
#include "harness/record/counters.hpp"

namespace interleave {

class QuietWatch {
 public:
  explicit QuietWatch(std::chrono::nanoseconds still) : still_(still) {}

  // True once the backend has been quiet for long enough.
  bool observe(const BackendStats& stats, TimePoint at) {
    const bool changed = !last_ || last_->calls != stats.calls || last_->completed != stats.completed;
    if (changed || stats.in_flight != 0) since_ = at;
    last_ = stats;
    return at - since_ >= still_;
  }

 private:
  std::chrono::nanoseconds still_;
  std::optional<BackendStats> last_;
  TimePoint since_{};
};

}  // namespace interleave
