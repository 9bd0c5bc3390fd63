// What a person sees while a run goes on, on stderr. On a terminal: one line per finished trial and below it a bar
// with the time left, rewritten in place. Elsewhere: the lines alone. Colour only on a terminal and without NO_COLOR.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include "core/base/clock.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

// "1:05", "1:02:03". Pure.
[[nodiscard]] std::string format_clock(std::chrono::nanoseconds time);
// "[=====>              ]". Pure.
[[nodiscard]] std::string progress_bar(std::size_t done, std::size_t total, std::size_t width);
// One finished trial: "libuv_loop one_call c64 r2: 6153 req/s, ok". Pure.
[[nodiscard]] std::string trial_line(const TrialRecord& trial);

class Progress {
 public:
  // `estimate`: of all trials; corrected by what they really take.
  Progress(std::size_t total, std::chrono::nanoseconds estimate, bool silent);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void begin(const TrialSpec& spec);
  void end(const TrialRecord& trial);

 private:
  void erase_bar();
  [[nodiscard]] std::chrono::nanoseconds time_left() const;

  std::size_t total_;
  std::size_t done_ = 0;
  std::chrono::nanoseconds estimate_;
  bool silent_;
  bool terminal_;
  bool colour_;
  bool bar_shown_ = false;
  TimePoint start_;
};

}  // namespace interleave
