// The line a person sees while a run goes on. On a terminal (stderr) it is rewritten in place; elsewhere there is
// none.
#pragma once
#include <cstdint>
#include <string>

#include "core/base/clock.hpp"

namespace interleave {

struct ProgressReading {
  Nanoseconds elapsed{0};  // from the begin of the warm-up
  Nanoseconds warmup{0};
  Nanoseconds total{0};  // warm-up and window
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  std::uint64_t open = 0;  // scheduled and not ended
};

// "[====>     ] 3 s of 12 s  995 replies/s  0 failed  12 open". The rate is of what came since `before`. Pure.
[[nodiscard]] std::string progress_line(const ProgressReading& reading, const ProgressReading& before);

class LoadProgress {
 public:
  explicit LoadProgress(bool wanted);
  ~LoadProgress();
  LoadProgress(const LoadProgress&) = delete;
  LoadProgress& operator=(const LoadProgress&) = delete;

  void show(const ProgressReading& reading);
  void erase();

 private:
  bool visible_;
  bool shown_ = false;
  ProgressReading before_;
};

}  // namespace interleave
