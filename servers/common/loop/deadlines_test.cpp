#include "servers/common/loop/deadlines.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

struct Item {
  Deadlines<Item>::Entry entry;
};
Deadlines<Item>::Entry& entry_of(Item& item) {
  return item.entry;
}

TimePoint at(int seconds) {
  return TimePoint{} + std::chrono::seconds(seconds);
}

class DeadlinesTest : public testing::Test {
 protected:
  void set(Item& item, TimePoint deadline) { deadlines_.set(item, item.entry, deadline); }
  Item* expired(TimePoint time) { return deadlines_.expired(time, entry_of); }
  Deadlines<Item> deadlines_;
  Item a_, b_;
};

TEST_F(DeadlinesTest, an_item_expires_at_its_deadline_and_once) {
  set(a_, at(5));
  EXPECT_EQ(expired(at(4)), nullptr);
  EXPECT_EQ(expired(at(5)), &a_);
  EXPECT_EQ(expired(at(9)), nullptr);
}

TEST_F(DeadlinesTest, a_deadline_moved_later_does_not_expire_early) {
  set(a_, at(5));
  set(a_, at(60));
  EXPECT_EQ(deadlines_.next(), at(5));  // only a time to look
  EXPECT_EQ(expired(at(5)), nullptr);
  EXPECT_EQ(deadlines_.next(), at(60));
  EXPECT_EQ(expired(at(60)), &a_);
}

TEST_F(DeadlinesTest, a_deadline_moved_earlier_expires_early) {
  set(a_, at(60));
  set(a_, at(5));
  EXPECT_EQ(deadlines_.next(), at(5));
  EXPECT_EQ(expired(at(5)), &a_);
  EXPECT_EQ(expired(at(60)), nullptr);
}

TEST_F(DeadlinesTest, several_items_expire_in_order) {
  set(a_, at(7));
  set(b_, at(5));
  EXPECT_EQ(expired(at(10)), &b_);
  EXPECT_EQ(expired(at(10)), &a_);
  EXPECT_EQ(expired(at(10)), nullptr);
}

TEST_F(DeadlinesTest, an_erased_item_never_expires) {
  set(a_, at(5));
  deadlines_.erase(a_.entry);
  EXPECT_EQ(expired(at(10)), nullptr);
  EXPECT_EQ(deadlines_.next(), kNever);
}

TEST_F(DeadlinesTest, an_item_without_deadline_never_expires) {
  set(a_, at(5));
  set(a_, kNever);
  EXPECT_EQ(expired(at(100)), nullptr);
  EXPECT_EQ(deadlines_.next(), kNever);
}

}  // namespace
}  // namespace interleave
