#include "backend/worker_queue.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "backend/queue_fixture.hpp"
#include "core/base/rng.hpp"

namespace interleave {
namespace {

TEST(WorkerQueue, without_a_limit_every_call_begins_on_arrival) {
  WorkerQueue workers(0);
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(workers.arrive(at(i), call(i)), at(i));
  EXPECT_EQ(workers.in_service(), 100U);
  EXPECT_FALSE(workers.release(at(200)));
  EXPECT_EQ(workers.in_service(), 99U);
  EXPECT_EQ(workers.max_queued(), 0U);
}

// Completion times of recorded arrivals against the recursion: each call goes to the worker that is free first.
TEST(WorkerQueue, follows_kiefer_and_wolfowitz) {
  constexpr std::int64_t kService = 1000;
  constexpr std::uint32_t kCalls = 5000;
  for (const std::uint32_t capacity : {1U, 2U, 7U}) {
    SplitMix64 random(capacity);
    std::vector<std::int64_t> arrivals;
    for (std::int64_t time = 0; arrivals.size() < kCalls;) {
      time += static_cast<std::int64_t>(random.next() % (2 * kService / capacity));  // at full load
      arrivals.push_back(time);
    }
    std::vector<std::int64_t> free_at(capacity, 0);
    std::vector<std::int64_t> expected;
    for (const std::int64_t arrival : arrivals) {
      const auto worker = std::min_element(free_at.begin(), free_at.end());
      *worker = std::max(arrival, *worker) + kService;
      expected.push_back(*worker);
    }

    WorkerQueue workers(capacity);
    CallQueue due;
    std::vector<std::int64_t> completed(kCalls);
    const auto complete_until = [&](TimePoint until) {
      while (due.next_due() <= until) {
        const TimePoint time = due.next_due();
        completed[due.pop().connection.fd] = time.time_since_epoch().count();
        if (const auto next = workers.release(time)) due.push(next->begin + Nanoseconds(kService), next->call);
      }
    };
    for (std::uint32_t i = 0; i < kCalls; ++i) {
      // A completion at the very time of an arrival is seen before it or after it.
      complete_until(at(arrivals[i] - (i % 3 == 0 ? 0 : 1)));
      if (const auto begin = workers.arrive(at(arrivals[i]), call(i)))
        due.push(*begin + Nanoseconds(kService), call(i));
    }
    complete_until(at(INT64_MAX / 2));
    EXPECT_EQ(completed, expected) << capacity;
    EXPECT_GT(workers.max_queued(), 0U);
    EXPECT_EQ(workers.queued() + workers.in_service(), 0U);
  }
}

TEST(WorkerQueue, a_worker_freed_late_begins_no_call_before_it_was_free) {
  WorkerQueue workers(1);
  ASSERT_EQ(workers.arrive(at(0), call(0)), at(0));
  EXPECT_FALSE(workers.release(at(100)));
  EXPECT_EQ(workers.arrive(at(90), call(1)), at(100));  // read after the release, arrived before it
}

TEST(WorkerQueue, a_call_that_leaves_gives_up_its_place) {
  WorkerQueue workers(1);
  ASSERT_TRUE(workers.arrive(at(0), call(0)));
  for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_FALSE(workers.arrive(at(i), call(i)));
  EXPECT_TRUE(workers.remove(call(1)));
  EXPECT_FALSE(workers.remove(call(1)));
  EXPECT_FALSE(workers.remove(call(0))) << "in service, not in the queue";
  EXPECT_EQ(workers.queued(), 2U);
  EXPECT_EQ(workers.max_queued(), 3U);
  workers.reset_maximum();
  EXPECT_EQ(workers.max_queued(), 2U);
  const auto next = workers.release(at(10));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->call, call(2));
  EXPECT_EQ(next->begin, at(10));
}

}  // namespace
}  // namespace interleave
