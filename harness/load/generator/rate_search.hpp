// The highest rate that keeps a promise such as "p99<50ms". Pure: it says which rate to try next.
//
// From a first guess the rate doubles while the promise is kept (halves while it is not), then the interval between
// kept and broken is bisected until its ends differ by less than 5 %, or the steps are used up. The answer is the
// highest rate that was seen to keep the promise, never an interpolated one.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"

namespace interleave {

struct Promise {
  double percentile = 99;
  Nanoseconds limit{0};
};

// "p99<50ms", "p99.9<1s". UsageError.
[[nodiscard]] Promise parse_promise(const std::string& text);

class RateSearch {
 public:
  static constexpr std::size_t kMostSteps = 16;
  static constexpr double kPrecision = 1.05;

  explicit RateSearch(double first) : next_(first) {}

  // nullopt: the search is over.
  [[nodiscard]] std::optional<double> next() const noexcept { return next_; }
  // What came of next(). REQUIRES: next().
  void answer(bool kept);
  // nullopt: no rate kept the promise.
  [[nodiscard]] std::optional<double> best() const noexcept { return kept_; }

 private:
  std::optional<double> next_;
  std::optional<double> kept_;    // the highest
  std::optional<double> broken_;  // the lowest
  std::size_t steps_ = 0;
};

}  // namespace interleave
