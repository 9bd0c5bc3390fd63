#include "core/service/counters.hpp"

#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Counters, add_up_over_shards) {
  const auto counters = std::make_unique<Counters>();
  bump(counters->shard(0).requests);
  bump(counters->shard(1).requests, 2);
  bump(counters->shard(17).requests, 4);  // shares a shard with 1
  bump(counters->shard(0).responses[status_index(404)], 3);
  bump(counters->shard(5).responses[status_index(404)]);
  bump(counters->shard(2).backend_calls, 7);
  bump(counters->shard(2).backend_errors, 1);
  bump(counters->shard(3).connections_accepted, 5);
  bump(counters->shard(3).connections_closed, 4);
  bump(counters->shard(3).connections_reset, 2);
  bump(counters->shard(4).threads_created, 6);
  bump(counters->shard(4).bytes_in, 100);
  bump(counters->shard(4).bytes_out, 200);
  const CounterTotals totals = counters->totals();
  EXPECT_EQ(totals.requests, 7U);
  EXPECT_EQ(totals.responses[status_index(404)], 4U);
  EXPECT_EQ(totals.all_responses(), 4U);
  EXPECT_EQ(totals.backend_calls, 7U);
  EXPECT_EQ(totals.backend_errors, 1U);
  EXPECT_EQ(totals.connections_accepted, 5U);
  EXPECT_EQ(totals.connections_closed, 4U);
  EXPECT_EQ(totals.connections_reset, 2U);
  EXPECT_EQ(totals.threads_created, 6U);
  EXPECT_EQ(totals.bytes_in, 100U);
  EXPECT_EQ(totals.bytes_out, 200U);
}

TEST(Counters, remember_the_most_in_flight) {
  const auto counters = std::make_unique<Counters>();
  counters->request_begins();
  counters->request_begins();
  counters->request_ends();
  counters->request_begins();
  counters->request_ends();
  EXPECT_EQ(counters->totals().in_flight, 1U);
  EXPECT_EQ(counters->totals().max_in_flight, 2U);
}

TEST(Counters, lose_nothing_between_threads) {
  const auto counters = std::make_unique<Counters>();
  constexpr std::uint64_t kEach = 20'000;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) {
    threads.emplace_back([&counters, i] {
      for (std::uint64_t n = 0; n < kEach; ++n) {
        counters->request_begins();
        bump(counters->shard(i % 2).requests);
        counters->request_ends();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counters->totals().requests, 4 * kEach);
  EXPECT_EQ(counters->totals().in_flight, 0U);
  EXPECT_GE(counters->totals().max_in_flight, 1U);
  EXPECT_LE(counters->totals().max_in_flight, 4U);
}

TEST(StatusIndex, finds_each_status_and_500_for_others) {
  for (std::size_t i = 0; i < kStatuses.size(); ++i) EXPECT_EQ(status_index(kStatuses[i]), i);
  EXPECT_EQ(kStatuses[status_index(999)], 500);
}

}  // namespace
}  // namespace interleave
