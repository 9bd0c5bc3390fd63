#include "servers/thread_pool/request_queue.hpp"

#include <algorithm>
#include <deque>
#include <latch>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace interleave {
namespace {

using testing::ElementsAre;

TEST(RequestQueue, is_first_in_first_out_and_bounded) {
  RequestQueue<int> queue(2, 1);
  EXPECT_TRUE(queue.try_push(1));
  EXPECT_TRUE(queue.try_push(2));
  EXPECT_FALSE(queue.try_push(3));
  EXPECT_EQ(queue.pop(0), 1);
  EXPECT_TRUE(queue.try_push(4));
  EXPECT_EQ(queue.pop(0), 2);
  EXPECT_EQ(queue.pop(0), 4);
}

TEST(RequestQueue, gives_back_what_was_left_and_takes_no_more_once_closed) {
  RequestQueue<int> queue(2, 1);
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_THAT(queue.close(), ElementsAre(1, 2));
  EXPECT_FALSE(queue.push(3));
  EXPECT_FALSE(queue.try_push(3));
  EXPECT_EQ(queue.pop(0), std::nullopt);
}

TEST(RequestQueue, ends_all_that_wait_when_it_is_closed) {
  RequestQueue<int> queue(1, 4);
  std::vector<std::jthread> waiting;
  for (std::size_t i = 0; i < 4; ++i) waiting.emplace_back([&queue, i] { EXPECT_EQ(queue.pop(i), std::nullopt); });
  queue.close();
}

// Every worker keeps its item until all items are taken: if one wake-up were lost, this would never end.
TEST(RequestQueue, finds_a_worker_for_every_item_however_long_the_others_take) {
  constexpr std::size_t kWorkers = 8;
  constexpr int kRounds = 300;
  std::deque<std::latch> rounds;  // outlive the workers, which may still be leaving one when the next has begun
  RequestQueue<std::latch*> queue(kWorkers, kWorkers);
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&queue, i] {
      while (const auto all_taken = queue.pop(i)) (*all_taken)->arrive_and_wait();
    });
  }
  for (int round = 0; round < kRounds; ++round) {
    std::latch& all_taken = rounds.emplace_back(kWorkers + 1);
    for (std::size_t i = 0; i < kWorkers; ++i) EXPECT_TRUE(queue.push(&all_taken));
    all_taken.arrive_and_wait();
  }
  queue.close();
}

TEST(RequestQueue, waits_for_room_and_loses_nothing) {
  constexpr int kItems = 20'000;
  std::vector<std::vector<int>> taken(4);
  RequestQueue<int> queue(3, taken.size());
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      workers.emplace_back([&queue, i, &mine = taken[i]] {
        while (const auto item = queue.pop(i)) {
          if (*item < 0) return;
          mine.push_back(*item);
        }
      });
    }
    for (int i = 0; i < kItems; ++i) EXPECT_TRUE(queue.push(i));
    for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_TRUE(queue.push(-1));
  }
  std::vector<int> all;
  for (const std::vector<int>& mine : taken) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), kItems);
  for (int i = 0; i < kItems; ++i) ASSERT_EQ(all[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace interleave
