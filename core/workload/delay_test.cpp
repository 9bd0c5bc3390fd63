#include "core/workload/delay.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <boost/math/distributions/normal.hpp>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint64_t kCalls = 100'000;

// Milliseconds of kCalls calls, sorted. One seed: the tests below are deterministic, and their bounds (4 standard
// errors) say how far a right sampler with an unlucky seed might be off.
std::vector<double> sample(const Latency& latency) {
  std::vector<double> delays;
  for (std::uint64_t id = 0; id < kCalls; ++id) {
    const auto delay = call_delay(latency, {.seed = 1, .service = 0, .id = id, .index = 0});
    delays.push_back(std::chrono::duration<double, std::milli>(delay).count());
  }
  std::sort(delays.begin(), delays.end());
  return delays;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size() - 1);
}

// Kolmogorov-Smirnov distance to the distribution function; 1.95 / sqrt(n) is exceeded once in a thousand seeds.
double distance(const std::vector<double>& sorted, const std::function<double(double)>& cdf) {
  const auto n = static_cast<double>(sorted.size());
  double largest = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double p = cdf(sorted[i]);
    largest = std::max({largest, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  return largest;
}

constexpr double kStandardErrors = 4;
constexpr double kRootCalls = 316.22776601683795;  // sqrt(kCalls)
constexpr double kDistanceBound = 1.95 / kRootCalls;

// Computed by an independent program (Python: splitmix64 by hand, math.log, statistics.NormalDist). Results of
// different builds may only be compared while these stand.
TEST(CallDelay, is_the_same_on_every_machine_and_in_every_build) {
  constexpr std::uint64_t kAll = ~0ULL;
  struct Case {
    CallKey key;
    std::int64_t exponential_10ms, lognormal_8ms;
  };
  for (const auto& c : std::vector<Case>{{{0, 0, 0, 0}, 20'429'506, 4'551'276},
                                         {{1, 0, 0, 0}, 1'224'052, 14'571'680},
                                         {{1, 2, 3, 4}, 1'821'848, 12'979'620},
                                         {{42, 0, 1'000'000, 1}, 9'678'860, 6'865'786},
                                         {{kAll, kAll, kAll, kAll}, 4'927'606, 9'210'307}}) {
    EXPECT_EQ(call_delay(ExponentialLatency{milliseconds(10)}, c.key).count(), c.exponential_10ms);
    EXPECT_EQ(call_delay(LognormalLatency{milliseconds(8), 0.5}, c.key).count(), c.lognormal_8ms);
  }
}

TEST(CallDelay, constant_is_constant) {
  for (std::uint64_t id = 0; id < 1000; ++id) {
    ASSERT_EQ(call_delay(ConstantLatency{milliseconds(10)}, {.seed = id, .id = id * 7}), milliseconds(10));
  }
  EXPECT_EQ(call_delay(ConstantLatency{nanoseconds(0)}, {}), nanoseconds(0));
}

TEST(CallDelay, exponential_has_its_mean_variance_and_shape) {
  const auto delays = sample(ExponentialLatency{milliseconds(10)});
  EXPECT_NEAR(mean_of(delays), 10, kStandardErrors * 10 / kRootCalls);
  // The fourth central moment of an exponential is 9 mean^4: the variance's standard error is sqrt(8 / n) mean^2.
  EXPECT_NEAR(variance_of(delays), 100, kStandardErrors * std::sqrt(8.0) * 100 / kRootCalls);
  EXPECT_LT(distance(delays, [](double x) { return 1 - std::exp(-x / 10); }), kDistanceBound);
}

TEST(CallDelay, lognormal_has_its_median_mean_and_shape) {
  const auto delays = sample(LognormalLatency{milliseconds(8), 0.5});
  // Density of the median of a lognormal: 1 / (median sigma sqrt(2 pi)); standard error 1 / (2 density sqrt(n)).
  EXPECT_NEAR(delays[kCalls / 2], 8, kStandardErrors * 8 * 0.5 * std::sqrt(2 * M_PI) / 2 / kRootCalls);
  const double mean = 8 * std::exp(0.125);
  EXPECT_NEAR(mean_of(delays), mean, kStandardErrors * mean * std::sqrt(std::exp(0.25) - 1) / kRootCalls);
  const boost::math::normal normal;
  EXPECT_LT(distance(delays, [&](double x) { return boost::math::cdf(normal, std::log(x / 8) / 0.5); }),
            kDistanceBound);
}

TEST(CallDelay, uniform_has_its_mean_and_shape) {
  const auto delays = sample(UniformLatency{milliseconds(2), milliseconds(12)});
  EXPECT_NEAR(mean_of(delays), 7, kStandardErrors * 10 / std::sqrt(12.0) / kRootCalls);
  EXPECT_LT(distance(delays, [](double x) { return (x - 2) / 10; }), kDistanceBound);
  EXPECT_EQ(call_delay(UniformLatency{milliseconds(3), milliseconds(3)}, {}), milliseconds(3));
}

TEST(CallDelay, pareto_has_its_mean_and_shape) {
  const auto delays = sample(ParetoLatency{milliseconds(2), 3});
  // Variance: scale^2 shape / ((shape - 1)^2 (shape - 2)).
  EXPECT_NEAR(mean_of(delays), 3, kStandardErrors * 2 * std::sqrt(0.75) / kRootCalls);
  EXPECT_LT(distance(delays, [](double x) { return 1 - std::pow(2 / x, 3); }), kDistanceBound);
  EXPECT_GE(delays.front(), 2);
}

TEST(CallDelay, trace_gives_each_of_its_values_equally_often) {
  using Delays = std::vector<nanoseconds>;
  const auto values = std::make_shared<const Delays>(Delays{nanoseconds(7), nanoseconds(5), nanoseconds(9)});
  std::vector<std::size_t> counts(10);
  for (std::uint64_t id = 0; id < kCalls; ++id) {
    ++counts.at(static_cast<std::size_t>(call_delay(TraceLatency{values}, {.seed = 1, .id = id}).count()));
  }
  const double error = kStandardErrors * std::sqrt(2.0 / 9) * kRootCalls;
  for (const std::size_t value : {5U, 7U, 9U}) {
    EXPECT_NEAR(static_cast<double>(counts[value]), static_cast<double>(kCalls) / 3, error) << value;
  }
  EXPECT_EQ(counts[5] + counts[7] + counts[9], kCalls);
}

TEST(CallFault, has_its_probabilities_and_is_independent_of_the_delay) {
  const FaultSpec faults{.fail = 0.1, .reset = 0.05, .hang = 0.02, .slow = 0.2, .slow_factor = 2};
  const Latency latency = UniformLatency{nanoseconds(0), nanoseconds(1'000'000)};
  std::vector<double> counts(5);
  std::vector<double> delays(5);
  for (std::uint64_t id = 0; id < kCalls; ++id) {
    const CallKey key{.seed = 1, .id = id};
    const auto fault = static_cast<std::size_t>(call_fault(faults, key));
    ++counts[fault];
    delays[fault] += static_cast<double>(call_delay(latency, key).count()) / 1e6;
  }
  const std::vector<double> shares{0.63, 0.1, 0.05, 0.02, 0.2};
  for (std::size_t i = 0; i < shares.size(); ++i) {
    EXPECT_NEAR(counts[i] / kCalls, shares[i], kStandardErrors * std::sqrt(shares[i] * (1 - shares[i])) / kRootCalls);
    EXPECT_NEAR(delays[i] / counts[i], 0.5, kStandardErrors * std::sqrt(1.0 / 12 / counts[i])) << i;
  }
}

TEST(CallFate, prolongs_slow_calls_and_no_others) {
  ServiceSpec service{.name = "db", .latency = ConstantLatency{milliseconds(10)}};
  EXPECT_EQ(call_fate(service, {}).fault, Fault::none);
  EXPECT_EQ(call_fate(service, {}).delay, milliseconds(10));
  service.faults = {.slow = 1, .slow_factor = 2.5};
  EXPECT_EQ(call_fate(service, {}).fault, Fault::slow);
  EXPECT_EQ(call_fate(service, {}).delay, milliseconds(25));
  service.latency = ConstantLatency{seconds(60)};
  service.faults.slow_factor = 10'000;
  EXPECT_EQ(call_fate(service, {}).delay, kLongestDelay);
  service.faults = {.fail = 1};
  EXPECT_EQ(call_fate(service, {}).fault, Fault::fail);
}

TEST(CallDelay, of_each_part_of_the_key_is_independent_of_its_neighbours) {
  const Latency latency = ExponentialLatency{milliseconds(10)};
  const std::vector<std::function<CallKey(std::uint64_t)>> walks{
      [](std::uint64_t i) { return CallKey{.seed = i}; }, [](std::uint64_t i) { return CallKey{.service = i}; },
      [](std::uint64_t i) { return CallKey{.id = i}; }, [](std::uint64_t i) { return CallKey{.index = i}; }};
  for (std::size_t walk = 0; walk < walks.size(); ++walk) {
    double covariance = 0;
    for (std::uint64_t i = 0; i < kCalls; ++i) {
      const std::chrono::duration<double, std::milli> one = call_delay(latency, walks[walk](i));
      const std::chrono::duration<double, std::milli> next = call_delay(latency, walks[walk](i + 1));
      covariance += (one.count() / 10 - 1) * (next.count() / 10 - 1);
    }
    EXPECT_NEAR(covariance / static_cast<double>(kCalls), 0, kStandardErrors / kRootCalls) << "part " << walk;
  }
}

// One key part must not stand for another: exchanging two of them gives another delay.
TEST(CallDelay, depends_on_every_part_of_the_key_and_on_its_place) {
  const Latency latency = ExponentialLatency{milliseconds(10)};
  const std::vector<CallKey> keys{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0, 0, 0, 0},
                                  {1, 2, 3, 4}, {4, 3, 2, 1}, {1, 1, 0, 0}, {0, 0, 1, 1}, {1, 0, 1, 0}};
  std::vector<nanoseconds> delays;
  delays.reserve(keys.size());
  for (const auto& key : keys) delays.push_back(call_delay(latency, key));
  std::sort(delays.begin(), delays.end());
  EXPECT_EQ(std::adjacent_find(delays.begin(), delays.end()), delays.end());
}

TEST(CallDelay, is_the_same_in_any_order_of_asking) {
  const Latency latency = LognormalLatency{milliseconds(8), 0.5};
  std::vector<nanoseconds> forward;
  for (std::uint64_t id = 0; id < 1000; ++id) forward.push_back(call_delay(latency, {.seed = 9, .id = id}));
  for (std::uint64_t id = 1000; id-- > 0;) ASSERT_EQ(call_delay(latency, {.seed = 9, .id = id}), forward[id]);
}

TEST(CallDelay, never_exceeds_the_longest) {
  const Latency latency = LognormalLatency{seconds(60), 3};
  nanoseconds longest{0};
  for (std::uint64_t id = 0; id < 10'000; ++id) longest = std::max(longest, call_delay(latency, {.id = id}));
  EXPECT_EQ(longest, kLongestDelay);
}

TEST(NormalQuantile, agrees_with_boost_math) {
  const boost::math::normal normal;
  for (const double p : {0x1.0p-53, 1e-12, 1e-6, 0.001, 0.02424, 0.02426, 0.1, 0.3, 0.499, 0.501, 0.7, 0.9, 0.97574,
                         0.97576, 0.999, 1 - 1e-6}) {
    const double exact = boost::math::quantile(normal, p);
    EXPECT_NEAR(normal_quantile(p), exact, 1.2e-9 * std::abs(exact)) << p;
  }
  EXPECT_EQ(normal_quantile(0.5), 0);
}

}  // namespace
}  // namespace interleave
