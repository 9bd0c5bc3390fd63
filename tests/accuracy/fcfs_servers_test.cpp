#include "tests/accuracy/fcfs_servers.hpp"

#include <string>

#include <gtest/gtest.h>

namespace interleave {
namespace {

TimePoint at(int milliseconds) {
  return TimePoint(std::chrono::milliseconds(milliseconds));
}

Job job(std::uint64_t id, int arrived, int service) {
  return {.id = id, .client = 0, .service = std::chrono::milliseconds(service), .arrived = at(arrived)};
}

// "id:start-end" of all jobs ended up to `now`, looked at every millisecond.
std::string served(FcfsServers& servers, int from, int now) {
  std::string text;
  for (int time = from; time <= now; ++time) {
    while (const auto done = servers.finish(at(time))) {
      const auto ms = [](TimePoint point) {
        return std::to_string(point.time_since_epoch() / std::chrono::milliseconds(1));
      };
      text += std::to_string(done->job.id) + ":" + ms(done->start) + "-" + ms(done->end) + " ";
    }
  }
  return text;
}

TEST(FcfsServers, one_serves_in_order_of_arrival) {
  FcfsServers servers(1);
  EXPECT_EQ(servers.next_due(), kNever);
  servers.arrive(job(1, 0, 5));
  servers.arrive(job(2, 1, 1));
  servers.arrive(job(3, 2, 2));
  EXPECT_EQ(servers.next_due(), at(5));
  EXPECT_EQ(served(servers, 0, 20), "1:0-5 2:5-6 3:6-8 ");
  EXPECT_EQ(servers.next_due(), kNever);
}

TEST(FcfsServers, two_serve_two_at_a_time) {
  FcfsServers servers(2);
  for (int i = 1; i <= 4; ++i) servers.arrive(job(static_cast<std::uint64_t>(i), 0, 2 * i));
  EXPECT_EQ(served(servers, 0, 20), "1:0-2 2:0-4 3:2-8 4:4-12 ");
}

TEST(FcfsServers, without_limit_nobody_waits) {
  FcfsServers servers(0);
  for (int i = 1; i <= 3; ++i) servers.arrive(job(static_cast<std::uint64_t>(i), i, 10 - i));
  EXPECT_EQ(served(servers, 0, 20), "1:1-10 2:2-10 3:3-10 ");
}

// A server that is looked at late ends its job late, and begins the next at that moment: what is logged is what was.
TEST(FcfsServers, lateness_belongs_to_the_service) {
  FcfsServers servers(1);
  servers.arrive(job(1, 0, 5));
  servers.arrive(job(2, 0, 5));
  const auto first = servers.finish(at(7));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->end, at(7));
  EXPECT_EQ(servers.next_due(), at(12));
}

}  // namespace
}  // namespace interleave
