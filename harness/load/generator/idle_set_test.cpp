#include "harness/load/generator/idle_set.hpp"

#include <gtest/gtest.h>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

TEST(IdleSet, round_robin_goes_on_by_number_over_any_gap) {
  IdleSet idle(200, Pick::round_robin);
  for (const SlotIndex slot : {150U, 3U, 64U, 199U}) idle.add(slot);
  EXPECT_EQ(idle.take(), 3U);
  idle.add(2);
  EXPECT_EQ(idle.take(), 64U);
  EXPECT_EQ(idle.take(), 150U);
  EXPECT_EQ(idle.take(), 199U);
  EXPECT_EQ(idle.take(), 2U);
  EXPECT_TRUE(idle.empty());
}

TEST(IdleSet, the_others_go_by_time) {
  IdleSet queue(4, Pick::least_recently_used);
  IdleSet stack(4, Pick::most_recently_used);
  for (const SlotIndex slot : {2U, 0U, 3U}) {
    queue.add(slot);
    stack.add(slot);
  }
  queue.remove(0);
  stack.remove(0);
  EXPECT_EQ(queue.take(), 2U);
  EXPECT_EQ(queue.take(), 3U);
  EXPECT_EQ(stack.take(), 3U);
  EXPECT_EQ(stack.take(), 2U);
}

TEST(IdleSet, gives_what_it_was_given_and_nothing_else) {
  for (const Pick pick : {Pick::round_robin, Pick::least_recently_used, Pick::most_recently_used}) {
    for (const std::size_t capacity : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{130}}) {
      IdleSet idle(capacity, pick);
      std::vector<bool> in(capacity, false);
      SplitMix64 random(capacity);
      for (int i = 0; i < 2000; ++i) {
        const auto slot = static_cast<SlotIndex>(random.next() % capacity);
        if (random.next() % 3 == 0 && !idle.empty()) {
          const SlotIndex taken = idle.take();
          ASSERT_LT(taken, capacity);
          ASSERT_TRUE(in[taken]);
          in[taken] = false;
        } else if (in[slot]) {
          idle.remove(slot);
          in[slot] = false;
        } else {
          idle.add(slot);
          in[slot] = true;
        }
        ASSERT_EQ(idle.empty(), std::find(in.begin(), in.end(), true) == in.end());
      }
    }
  }
}

}  // namespace
}  // namespace interleave
