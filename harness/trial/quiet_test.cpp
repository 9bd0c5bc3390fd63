#include "harness/trial/quiet.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

BackendStats stats(std::uint64_t calls, std::uint64_t in_flight) {
  BackendStats result;
  result.calls = calls;
  result.in_flight = in_flight;
  return result;
}

TEST(QuietWatch, wants_stillness_for_the_whole_time) {
  const TimePoint start{1s};
  QuietWatch watch(100ms);
  EXPECT_FALSE(watch.observe(stats(5, 0), start));
  EXPECT_FALSE(watch.observe(stats(5, 0), start + 99ms));
  EXPECT_TRUE(watch.observe(stats(5, 0), start + 100ms));
}

TEST(QuietWatch, starts_again_when_a_call_came) {
  const TimePoint start{1s};
  QuietWatch watch(100ms);
  EXPECT_FALSE(watch.observe(stats(5, 0), start));
  EXPECT_FALSE(watch.observe(stats(6, 0), start + 90ms));  // came and went between two looks
  EXPECT_FALSE(watch.observe(stats(6, 0), start + 180ms));
  EXPECT_TRUE(watch.observe(stats(6, 0), start + 190ms));
}

TEST(QuietWatch, is_not_fooled_by_a_call_that_takes_long) {
  const TimePoint start{1s};
  QuietWatch watch(100ms);
  for (auto at = start; at < start + 1s; at += 50ms) EXPECT_FALSE(watch.observe(stats(5, 1), at));
  EXPECT_FALSE(watch.observe(stats(5, 0), start + 1000ms));
  EXPECT_TRUE(watch.observe(stats(5, 0), start + 1050ms));
}

}  // namespace
}  // namespace interleave
