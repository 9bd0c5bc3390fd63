#include "backend/call_queue.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "backend/queue_fixture.hpp"
#include "core/base/rng.hpp"

namespace interleave {
namespace {

TEST(CallQueue, is_empty_and_never_due_at_first) {
  const CallQueue queue;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.next_due(), kNever);
}

TEST(CallQueue, gives_the_order_of_a_stable_sort) {
  struct Item {
    std::int64_t due;
    std::uint32_t number;
  };
  SplitMix64 rng(7);
  CallQueue queue;
  std::vector<Item> items;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    items.push_back({static_cast<std::int64_t>(rng.next() % 500), i});  // many equal due times
    queue.push(at(items.back().due), call(items.back().number));
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.due < b.due; });
  for (const Item& item : items) {
    ASSERT_EQ(queue.next_due(), at(item.due));
    ASSERT_EQ(queue.pop(), call(item.number));
  }
  EXPECT_TRUE(queue.empty());
}

TEST(CallQueue, keeps_order_between_pushes_and_pops) {
  CallQueue queue;
  queue.push(at(5), call(1));
  queue.push(at(3), call(2));
  EXPECT_EQ(queue.pop(), call(2));
  queue.push(at(5), call(3));
  queue.push(at(4), call(4));
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.pop(), call(4));
  EXPECT_EQ(queue.pop(), call(1));
  EXPECT_EQ(queue.pop(), call(3));
}

}  // namespace
}  // namespace interleave
