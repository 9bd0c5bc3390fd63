#include "harness/stats/interval.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

struct Moments {
  double mean = 0;
  double deviation = 0;  // of the sample, n - 1
};

Moments moments(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  Moments result;
  for (const double value : values) result.mean += value / n;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0;
  return result;
}

std::vector<double> logarithms(std::span<const double> values) {
  std::vector<double> logs;
  logs.reserve(values.size());
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

bool all_positive(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0; });
}

}  // namespace

double median(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double student_t_quantile(double level, std::size_t degrees_of_freedom) {
  const boost::math::students_t distribution(static_cast<double>(degrees_of_freedom));
  return boost::math::quantile(distribution, (1 + level) / 2);
}

Estimate estimate_over_repetitions(std::span<const double> values, double level) {
  Estimate result{.estimate = median(values), .low = {}, .high = {}};
  if (values.size() < 2) return result;
  const bool logs = all_positive(values);
  const Moments m = logs ? moments(logarithms(values)) : moments(values);
  const double half =
      student_t_quantile(level, values.size() - 1) * m.deviation / std::sqrt(static_cast<double>(values.size()));
  const double low = logs ? std::exp(m.mean - half) : m.mean - half;
  const double high = logs ? std::exp(m.mean + half) : m.mean + half;
  result.low = std::min(low, result.estimate);
  result.high = std::max(high, result.estimate);
  return result;
}

Estimate ratio_over_repetitions(std::span<const double> base, std::span<const double> head, double level) {
  Estimate result{.estimate = median(head) / median(base), .low = {}, .high = {}};
  if (base.size() < 2 || head.size() < 2) return result;
  const Moments of_base = moments(logarithms(base));
  const Moments of_head = moments(logarithms(head));
  const auto variance_of_mean = [](const Moments& m, std::size_t n) {
    return m.deviation * m.deviation / static_cast<double>(n);
  };
  const double a = variance_of_mean(of_base, base.size());
  const double b = variance_of_mean(of_head, head.size());
  double half = 0;
  if (a + b > 0) {
    const double freedom =
        (a + b) * (a + b) /
        (a * a / static_cast<double>(base.size() - 1) + b * b / static_cast<double>(head.size() - 1));
    half = boost::math::quantile(boost::math::students_t(freedom), (1 + level) / 2) * std::sqrt(a + b);
  }
  const double difference = of_head.mean - of_base.mean;
  result.low = std::min(std::exp(difference - half), result.estimate);
  result.high = std::max(std::exp(difference + half), result.estimate);
  return result;
}

std::vector<std::size_t> outliers(std::span<const double> values) {
  constexpr double kDeviations = 5;
  constexpr double kNormalConsistency = 1.4826;  // median absolute deviation to standard deviation
  constexpr double kSmallestEffect = 0.05;
  std::vector<std::size_t> places;
  if (values.size() < 3) return places;
  const std::vector<double> logs = logarithms(values);
  const double center = median(logs);
  std::vector<double> distances;
  distances.reserve(logs.size());
  for (const double log : logs) distances.push_back(std::abs(log - center));
  const double limit = std::max(kDeviations * kNormalConsistency * median(distances), kSmallestEffect);
  for (std::size_t i = 0; i < distances.size(); ++i) {
    if (distances[i] > limit) places.push_back(i);
  }
  return places;
}

}  // namespace interleave
