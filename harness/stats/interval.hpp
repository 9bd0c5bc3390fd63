// Estimates over repetitions. The replicate is a launch of a server process, so samples are few (3-20) and each is
// itself a mean or percentile of many requests. Pure functions; Boost.Math for the distributions; tested against
// scipy (reference.json) and by simulated coverage.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace interleave {

// A figure with its 95 % interval; without bounds where there is only one repetition.
struct Estimate {
  double estimate = 0;
  std::optional<double> low;
  std::optional<double> high;
};

// REQUIRES: not empty. The mean of the middle two for an even number.
[[nodiscard]] double median(std::span<const double> values);

// Two-sided 95 % (level) quantile of Student's t.
[[nodiscard]] double student_t_quantile(double level, std::size_t degrees_of_freedom);

// Estimate: the median. Interval: Student's t on the logarithms, exp(mean(log x) -+ t(n-1) s / sqrt(n)): launches
// vary by factors (a slower memory layout, a colder cache), so logs are nearly symmetric and the interval of their
// mean is one of the median; it never reaches below 0. Where a value is 0 or negative (a count that can vanish): t on
// the values themselves. Widened, if need be, to hold the estimate. REQUIRES: not empty.
[[nodiscard]] Estimate estimate_over_repetitions(std::span<const double> values, double level = 0.95);

// How many times the base the head is, from launches that are no pairs. Estimate: the ratio of the medians. Interval:
// Welch's t on the logarithms (Welch, Biometrika 34, 1947, with his degrees of freedom), widened, if need be, to hold
// the estimate; none with fewer than two values on a side. It knows what varies between launches, not what changed
// between two times of measuring. REQUIRES: neither empty, all positive.
[[nodiscard]] Estimate ratio_over_repetitions(std::span<const double> base, std::span<const double> head,
                                              double level = 0.95);

// Places of the values that lie far from the median: by more than 5 standard deviations estimated robustly (1.4826 x
// the median absolute deviation, of the logs) and by more than 5 %. They are named, never dropped. REQUIRES: all
// positive.
[[nodiscard]] std::vector<std::size_t> outliers(std::span<const double> values);

}  // namespace interleave
