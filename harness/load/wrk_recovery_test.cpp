#include "harness/load/wrk_recovery.hpp"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

using Bins = std::map<std::uint64_t, std::uint64_t>;

ValueCounts histogram_of(const Bins& bins) {
  ValueCounts histogram;
  for (const auto& [value, count] : bins) {
    if (count > 0) histogram.emplace_back(value, count);
  }
  return histogram;
}

// What wrk's stats_correct does to an array of counts, in its own order of steps.
Bins rewritten_by_wrk(Bins bins, std::uint64_t expected) {
  if (bins.empty()) return bins;
  const std::uint64_t max = bins.rbegin()->first;
  for (std::uint64_t n = expected * 2; n <= max; ++n) {
    const auto found = bins.find(n);
    if (found == bins.end()) continue;
    const std::uint64_t count = found->second;
    for (auto m = static_cast<std::int64_t>(n - expected); count > 0 && m > static_cast<std::int64_t>(expected);
         m -= static_cast<std::int64_t>(expected)) {
      bins[static_cast<std::uint64_t>(m)] += count;
    }
  }
  return bins;
}

std::uint64_t sum(const Bins& bins) {
  std::uint64_t total = 0;
  for (const auto& [value, count] : bins) total += count;
  return total;
}

enum class Shape { constant, uniform, exponential, stalls };

std::uint64_t draw(Shape shape, SplitMix64& random) {
  const double u = unit_interval(random.next());
  switch (shape) {
    case Shape::constant:
      return 1000;
    case Shape::uniform:
      return static_cast<std::uint64_t>(u * 3000);
    case Shape::exponential:
      return static_cast<std::uint64_t>(-1000 * std::log(u));
    case Shape::stalls:
      break;
  }
  return static_cast<std::uint64_t>(u < 0.01 ? 40'000 * u * 100 : 900 + 200 * u);
}

TEST(WrkRecovery, undoes_the_rewriting_of_random_histograms_exactly) {
  int rewritten_cases = 0;
  for (const Shape shape : {Shape::constant, Shape::uniform, Shape::exponential, Shape::stalls}) {
    for (std::uint32_t connections : {1U, 2U, 16U, 64U, 1000U}) {
      for (std::uint64_t seed = 0; seed < 10; ++seed) {
        SplitMix64 random(seed * 7919 + connections);
        Bins raw;
        std::uint64_t time = 0;
        const std::uint64_t requests = connections + random.next() % 3000;
        for (std::uint64_t i = 0; i < requests; ++i) {
          const std::uint64_t latency = draw(shape, random);
          ++raw[latency];
          time += latency;
        }
        const WrkTotals totals{.requests = requests, .duration_us = time / connections, .connections = connections};
        const Bins reported = rewritten_by_wrk(raw, wrk_expected_interval(totals));
        const WrkRecovery recovery = recover_wrk_histogram(histogram_of(reported), totals);
        ASSERT_EQ(recovery.recovery, Recovery::exact) << connections << " connections, seed " << seed;
        ASSERT_EQ(recovery.raw, histogram_of(raw));
        ASSERT_EQ(recovery.corrected, sum(reported) != sum(raw));
        rewritten_cases += recovery.corrected ? 1 : 0;
      }
    }
  }
  EXPECT_GT(rewritten_cases, 100);  // else the test would prove nothing
}

TEST(WrkRecovery, shows_by_how_much_wrk_raises_the_median_of_an_exponential_latency) {
  SplitMix64 random(1);
  Bins raw;
  std::uint64_t time = 0;
  constexpr std::uint64_t kRequests = 200'000;
  for (std::uint64_t i = 0; i < kRequests; ++i) {
    const std::uint64_t latency = draw(Shape::exponential, random);
    ++raw[latency];
    time += latency;
  }
  const WrkTotals totals{.requests = kRequests, .duration_us = time / 64, .connections = 64};
  const auto median = [](const Bins& bins) {
    std::uint64_t seen = 0;
    for (const auto& [value, count] : bins) {
      seen += count;
      if (seen * 2 >= sum(bins)) return static_cast<double>(value);
    }
    return 0.0;
  };
  const double ratio = median(rewritten_by_wrk(raw, wrk_expected_interval(totals))) / median(raw);
  EXPECT_NEAR(ratio, 1.35, 0.02);
}

TEST(WrkRecovery, gives_the_reported_histogram_where_wrk_rewrote_nothing) {
  const ValueCounts reported{{900, 3}, {2000, 4}};
  const WrkTotals totals{.requests = 7, .duration_us = 1000, .connections = 8};
  const WrkRecovery recovery = recover_wrk_histogram(reported, totals);
  EXPECT_EQ(recovery.recovery, Recovery::not_needed);
  EXPECT_FALSE(recovery.corrected);
  EXPECT_EQ(recovery.raw, reported);
}

struct BrokenCase {
  const char* what;
  ValueCounts reported;
  WrkTotals totals;
};

TEST(WrkRecovery, gives_no_histogram_without_the_proof) {
  const BrokenCase cases[] = {
      {"a sample is missing", {{100, 9}}, {.requests = 10, .duration_us = 1000, .connections = 1}},
      {"a sample too many", {{100, 11}}, {.requests = 10, .duration_us = 1000, .connections = 1}},
      {"timeouts not taken off", {{100, 10}}, {.requests = 10, .timeouts = 1, .duration_us = 1000, .connections = 1}},
      {"a negative bin", {{150, 1}, {250, 9}}, {.requests = 10, .duration_us = 1000, .connections = 1}},
      {"nothing rewritten but a sample lost", {{100, 2}}, {.requests = 3, .duration_us = 1000, .connections = 4}},
      {"another interval: the count of connections is wrong",
       {{110, 1}, {210, 1}, {310, 1}},
       {.requests = 10, .duration_us = 1000, .connections = 2}},
  };
  for (const BrokenCase& broken : cases) {
    const WrkRecovery recovery = recover_wrk_histogram(broken.reported, broken.totals);
    EXPECT_EQ(recovery.recovery, Recovery::failed) << broken.what;
    EXPECT_FALSE(recovery.raw.has_value()) << broken.what;
  }
}

TEST(WrkRecovery, counts_late_replies_as_requests_without_a_sample) {
  const WrkTotals totals{.requests = 12, .timeouts = 2, .duration_us = 1200, .connections = 1};
  const WrkRecovery recovery = recover_wrk_histogram({{100, 10}}, totals);
  EXPECT_EQ(recovery.recovery, Recovery::exact);
}

}  // namespace
}  // namespace interleave
