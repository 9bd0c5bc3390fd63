#include "servers/common/call_pool.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

struct FakeConnection {};
struct FakeCall : CallPoolHook {};
using Pool = CallPool<FakeConnection, FakeCall>;
using Verdict = Pool::Verdict;

TEST(CallPool, opens_connections_up_to_its_limit_then_queues_then_rejects) {
  Pool pool(2, 1);
  FakeCall a, b, c, d;
  EXPECT_EQ(pool.acquire(a).verdict, Verdict::connect);
  EXPECT_EQ(pool.acquire(b).verdict, Verdict::connect);
  EXPECT_EQ(pool.acquire(c).verdict, Verdict::wait);
  EXPECT_EQ(pool.acquire(d).verdict, Verdict::reject);
  EXPECT_EQ(pool.open(), 2U);
  EXPECT_EQ(pool.waiting(), 1U);
  EXPECT_TRUE(pool.cancel(c));
}

TEST(CallPool, serves_waiting_calls_in_order_of_arrival) {
  Pool pool(1, 8);
  FakeCall a, b, c;
  FakeConnection connection;
  EXPECT_EQ(pool.acquire(a).verdict, Verdict::connect);
  EXPECT_EQ(pool.acquire(b).verdict, Verdict::wait);
  EXPECT_EQ(pool.acquire(c).verdict, Verdict::wait);
  EXPECT_EQ(pool.release(connection), &b);
  EXPECT_EQ(pool.release(connection), &c);
  EXPECT_EQ(pool.release(connection), nullptr);
}

TEST(CallPool, reuses_the_most_recently_released_connection) {
  Pool pool(2, 0);
  FakeCall a, b, c;
  FakeConnection first, second;
  (void)pool.acquire(a);
  (void)pool.acquire(b);
  pool.release(first);
  pool.release(second);
  const auto grant = pool.acquire(c);
  EXPECT_EQ(grant.verdict, Verdict::use);
  EXPECT_EQ(grant.connection, &second);
}

TEST(CallPool, a_lost_connection_makes_room_for_a_waiting_call) {
  Pool pool(1, 8);
  FakeCall a, b;
  (void)pool.acquire(a);
  (void)pool.acquire(b);
  EXPECT_EQ(pool.lost_busy(), &b);  // b opens the replacement
  EXPECT_EQ(pool.open(), 1U);
  EXPECT_EQ(pool.lost_busy(), nullptr);
  EXPECT_EQ(pool.open(), 0U);
  EXPECT_EQ(pool.acquire(a).verdict, Verdict::connect);
}

TEST(CallPool, a_lost_idle_connection_is_never_handed_out) {
  Pool pool(2, 8);
  FakeCall a, b;
  FakeConnection first, second;
  (void)pool.acquire(a);
  (void)pool.acquire(b);
  pool.release(first);
  pool.release(second);
  pool.lost_idle(second);
  EXPECT_EQ(pool.acquire(a).connection, &first);
  EXPECT_EQ(pool.acquire(b).verdict, Verdict::connect);
}

TEST(CallPool, a_cancelled_call_is_skipped) {
  Pool pool(1, 8);
  FakeCall a, b, c;
  FakeConnection connection;
  (void)pool.acquire(a);
  (void)pool.acquire(b);
  (void)pool.acquire(c);
  EXPECT_TRUE(pool.cancel(b));
  EXPECT_FALSE(pool.cancel(b));
  EXPECT_FALSE(pool.cancel(a));  // it has the connection
  EXPECT_EQ(pool.release(connection), &c);
}

}  // namespace
}  // namespace interleave
