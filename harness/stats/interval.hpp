// Estimates over repetitions. The replicate is a launch of a server process, so samples are few (3-20) and each is
// itself a mean or percentile of many requests. Pure functions; Boost.Math for the distributions; tested against
// scipy (reference.json) and by simulated coverage.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

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

// Percentile bootstrap of the geometric mean, seeded, so always the same. Not for results (too narrow below 10
// repetitions): the check on the t interval. REQUIRES: not empty, all positive.
[[nodiscard]] Estimate bootstrap_interval(std::span<const double> values, std::uint64_t seed = 1,
                                          std::uint32_t resamples = 2000, double level = 0.95);

// True where the bootstrap interval lies within the t interval, give or take a tenth of its width: the shape of the
// repetitions is one the t interval can stand for. Fewer than 3 repetitions, or values not positive: true.
[[nodiscard]] bool bootstrap_agrees(std::span<const double> values);

}  // namespace interleave
