#include "backend/pending_replies.hpp"

#include <gtest/gtest.h>

#include "backend/queue_fixture.hpp"

namespace interleave {
namespace {

PlannedCall call_of(std::uint32_t bytes) {
  return {.service = 0, .delay = Nanoseconds(1), .reply_bytes = bytes};
}

void complete(PendingReplies& pending, std::uint32_t number, TimePoint due) {
  pending.find(number).state = ReplyState::done;
  pending.find(number).due = due;
}

TEST(PendingReplies, no_reply_overtakes_the_one_ahead) {
  PendingReplies pending;
  const std::uint32_t first = pending.add_call(call_of(1));
  const std::uint32_t second = pending.add_call(call_of(2));
  pending.add_text(at(2), "+PONG\r\n");
  complete(pending, second, at(11));
  EXPECT_FALSE(pending.front_done());
  complete(pending, first, at(50));
  ASSERT_TRUE(pending.front_done());
  EXPECT_EQ(pending.pop().call.reply_bytes, 1U);
  ASSERT_TRUE(pending.front_done());
  EXPECT_EQ(pending.find(second).call.reply_bytes, 2U) << "numbers outlast what was ahead";
  EXPECT_EQ(pending.pop().due, at(50)) << "due with the one ahead";
  EXPECT_EQ(pending.pop().text, "+PONG\r\n");
  EXPECT_TRUE(pending.empty());
  complete(pending, pending.add_call(call_of(3)), at(63));
  EXPECT_EQ(pending.pop().due, at(63));
}

TEST(PendingReplies, counts_calls_and_bytes) {
  PendingReplies pending;
  pending.add_call(call_of(100));
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
