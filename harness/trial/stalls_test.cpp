#include "harness/trial/stalls.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::seconds;

TEST(StallSchedule, stops_half_an_interval_in_and_then_once_every_interval) {
  const TimePoint begin = TimePoint{} + seconds(100);
  StallSchedule schedule({.every = seconds(10), .length = seconds(1)}, begin);
  for (const int stop : {5, 15, 25}) {
    EXPECT_EQ(schedule.next(), begin + seconds(stop));
    EXPECT_TRUE(schedule.stops());
    schedule.step();
    EXPECT_EQ(schedule.next(), begin + seconds(stop + 1));
    EXPECT_FALSE(schedule.stops());
    schedule.step();
  }
}

TEST(Stalls, without_a_plan_are_never_due) {
  EXPECT_EQ(Stalls({}, TimePoint{}, 1).next_due(), kNever);
}

}  // namespace
}  // namespace interleave
