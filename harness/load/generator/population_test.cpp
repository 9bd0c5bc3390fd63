#include "harness/load/generator/population.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMs = 1'000'000;

// `ok` replies of 1, 2, ... ms among `scheduled` requests.
Tally replies(std::uint64_t ok, std::uint64_t scheduled) {
  Tally tally(1s);
  tally.window.scheduled = scheduled;
  for (std::uint64_t i = 1; i <= ok; ++i) {
    tally.window.add(Outcome::ok);
    tally.response.record(i * kMs);
  }
  return tally;
}

void expect_near_ms(std::optional<std::uint64_t> value, double ms) {
  ASSERT_TRUE(value.has_value());
  EXPECT_NEAR(static_cast<double>(*value), ms * kMs, ms * kMs / 1000);
}

TEST(Population, is_the_replies_where_all_were_answered) {
  const Tally tally = replies(100, 100);
  const Population population(tally);
  expect_near_ms(population.quantile(50).value, 50);
  expect_near_ms(population.quantile(99).value, 99);
  expect_near_ms(population.quantile(100).value, 100);
  EXPECT_FALSE(population.quantile(100).at_least);
  EXPECT_TRUE(population.mean());
}

TEST(Population, failures_rank_above_all_replies) {
  Tally tally = replies(90, 100);
  for (int i = 0; i < 10; ++i) tally.window.add(Outcome::connect_error);
  const Population population(tally);
  expect_near_ms(population.quantile(50).value, 50);
  expect_near_ms(population.quantile(90).value, 90);
  const Quantile beyond = population.quantile(91);
  EXPECT_FALSE(beyond.value);
  expect_near_ms(beyond.at_least, 90);
  EXPECT_FALSE(population.mean());
}

TEST(Population, timeouts_bound_what_they_leave_undefined_by_the_deadline) {
  Tally tally = replies(98, 100);
  for (int i = 0; i < 2; ++i) {
    tally.window.add(Outcome::timeout);
    tally.response.record(1000 * kMs);
  }
  const Quantile p99 = Population(tally).quantile(99);
  EXPECT_FALSE(p99.value);
  expect_near_ms(p99.at_least, 1000);
}

TEST(Population, open_requests_count_from_below_at_the_time_they_had_been_under_way) {
  Tally tally = replies(50, 100);
  for (int i = 0; i < 50; ++i) {
    tally.window.add(Outcome::censored);
    tally.open_for.record(10 * kMs);
  }
  const Quantile p60 = Population(tally).quantile(60);
  EXPECT_FALSE(p60.value);
  expect_near_ms(p60.at_least, 10);  // of 1..10 and 50 times "10 or more", the 60th
}

TEST(Population, knows_nothing_where_nothing_was_answered) {
  Tally tally = replies(0, 3);
  for (int i = 0; i < 3; ++i) tally.window.add(Outcome::shed);
  const Quantile p50 = Population(tally).quantile(50);
  EXPECT_FALSE(p50.value);
  EXPECT_FALSE(p50.at_least);
  const Tally nothing(1s);
  EXPECT_FALSE(Population(nothing).quantile(50).value);
}

}  // namespace
}  // namespace interleave
