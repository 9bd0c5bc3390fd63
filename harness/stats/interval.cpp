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

Estimate bootstrap_interval(std::span<const double> values, std::uint64_t seed, std::uint32_t resamples,
                            double level) {
  const std::vector<double> logs = logarithms(values);
  SplitMix64 random(seed);
  std::vector<double> means(resamples);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < logs.size(); ++i) sum += logs[static_cast<std::size_t>(random.next() % logs.size())];
    mean = std::exp(sum / static_cast<double>(logs.size()));
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double quantile) {
    return means[static_cast<std::size_t>(quantile * static_cast<double>(means.size() - 1))];
  };
  return {.estimate = std::exp(moments(logs).mean), .low = at((1 - level) / 2), .high = at((1 + level) / 2)};
}

bool bootstrap_agrees(std::span<const double> values) {
  if (values.size() < 3 || !all_positive(values)) return true;
  const Estimate t = estimate_over_repetitions(values);
  const Estimate bootstrap = bootstrap_interval(values);
  const double slack = 0.1 * (*t.high - *t.low);
  return *bootstrap.low >= *t.low - slack && *bootstrap.high <= *t.high + slack;
}

}  // namespace interleave
