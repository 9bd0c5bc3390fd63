#include "backend/pending_replies.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TimePoint at(std::int64_t ns) {
  return TimePoint(Nanoseconds(ns));
}

PlannedCall call_of(std::int64_t delay_ns, std::uint32_t bytes = 8) {
  return {0, Nanoseconds(delay_ns), bytes};
}

TEST(PendingReplies, a_call_is_due_its_delay_after_its_arrival) {
  PendingReplies pending;
  EXPECT_EQ(pending.add_call(at(100), call_of(10)), at(110));
  EXPECT_EQ(pending.pop().due, at(110));
  EXPECT_EQ(pending.add_call(at(105), call_of(1)), at(106));
}

TEST(PendingReplies, no_reply_overtakes_the_one_ahead) {
  PendingReplies pending;
  EXPECT_EQ(pending.add_call(at(0), call_of(50)), at(50));
  EXPECT_EQ(pending.add_call(at(1), call_of(10)), at(50));
  EXPECT_EQ(pending.add_text(at(2), "+PONG\r\n"), at(50));
  EXPECT_EQ(pending.add_call(at(3), call_of(60)), at(63));
  EXPECT_EQ(pending.pop().call.delay, Nanoseconds(50));
  EXPECT_EQ(pending.pop().call.delay, Nanoseconds(10));
  EXPECT_EQ(pending.pop().text, "+PONG\r\n");
  EXPECT_EQ(pending.pop().due, at(63));
  EXPECT_TRUE(pending.empty());
}

TEST(PendingReplies, counts_calls_and_bytes) {
  PendingReplies pending;
  pending.add_call(at(0), call_of(1, 100));
  pending.add_text(at(0), "12345");
  EXPECT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending.calls(), 1U);
  EXPECT_EQ(pending.bytes(), 105U);
  EXPECT_TRUE(pending.pop().is_call);
  EXPECT_EQ(pending.calls(), 0U);
  EXPECT_EQ(pending.bytes(), 5U);
  EXPECT_FALSE(pending.pop().is_call);
  EXPECT_EQ(pending.bytes(), 0U);
}

}  // namespace
}  // namespace interleave
