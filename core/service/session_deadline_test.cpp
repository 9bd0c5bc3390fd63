// Deadlines, with a clock set by hand.
#include <chrono>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

using std::chrono::seconds;

SessionOptions short_limits() {
  SessionOptions options;
  options.limits.idle_timeout = seconds(60);
  options.limits.head_timeout = seconds(10);
  options.limits.write_timeout = seconds(30);
  options.limits.backend_timeout = seconds(5);
  return options;
}

const std::error_code kernel_timeout = std::make_error_code(std::errc::timed_out);

TEST(SessionDeadline, of_an_idle_connection_is_fixed_when_idling_begins) {
  SessionDriver driver(short_limits());
  driver.run();
  EXPECT_TRUE(driver.read_op().idle);
  EXPECT_EQ(driver.read_op().deadline, TimePoint{} + seconds(60));
  driver.now += seconds(20);
  driver.send("\r\n");  // an empty line is not a request
  driver.run();
  EXPECT_TRUE(driver.read_op().idle);
  EXPECT_EQ(driver.read_op().deadline, TimePoint{} + seconds(60));
  driver.send(get("/hello"));
  driver.run();
  EXPECT_TRUE(driver.read_op().idle);
  EXPECT_EQ(driver.read_op().deadline, driver.now + seconds(60));
}

TEST(SessionDeadline, of_a_request_counts_from_its_first_byte) {
  SessionDriver driver(short_limits());
  driver.run();
  driver.now += seconds(50);
  const TimePoint first_byte = driver.now;
  for (const char c : get("/hello").substr(0, 9)) {
    driver.send(std::string(1, c));
    driver.run();
    ASSERT_FALSE(driver.closed());
    EXPECT_FALSE(driver.read_op().idle);
    EXPECT_EQ(driver.read_op().deadline, first_byte + seconds(10));
    driver.now += seconds(1);
  }
}

TEST(SessionDeadline, of_a_request_covers_its_body) {
  SessionDriver driver(short_limits());
  driver.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  driver.run();
  driver.now += seconds(3);
  driver.send("123");
  driver.run();
  EXPECT_EQ(driver.read_op().deadline, TimePoint{} + seconds(10));
  driver.fail_read(kernel_timeout);
  EXPECT_EQ(driver.sent, refusal("408 Request Timeout"));
}

TEST(SessionDeadline, of_the_next_request_is_its_own) {
  SessionDriver driver(short_limits());
  driver.send(get("/hello") + "GET");
  driver.run();
  EXPECT_EQ(driver.read_op().deadline, driver.now + seconds(10));
  driver.now += seconds(9);
  driver.send(get("/hello").substr(3) + "G");
  driver.run();
  EXPECT_EQ(driver.read_op().deadline, driver.now + seconds(10));
}

TEST(SessionDeadline, passed_while_idle_closes_silently) {
  SessionDriver driver(short_limits());
  driver.fail_read(kernel_timeout);
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, "");
  EXPECT_EQ(driver.totals().all_responses(), 0U);
}

TEST(SessionDeadline, passed_within_a_request_is_answered) {
  SessionDriver driver(short_limits());
  driver.send("GET /hel");
  driver.fail_read(kernel_timeout);
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, refusal("408 Request Timeout"));
}

TEST(SessionDeadline, cannot_be_outrun_by_one_more_byte) {
  SessionDriver driver(short_limits());
  driver.send("GET /hel");
  driver.run();
  driver.now += seconds(10);
  driver.send("l");
  driver.run();
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, refusal("408 Request Timeout"));

  SessionDriver idle(short_limits());
  idle.run();
  idle.now += seconds(60);
  idle.send("\r\n");
  idle.run();
  EXPECT_TRUE(idle.closed());
  EXPECT_EQ(idle.sent, "");
}

TEST(SessionDeadline, of_calls_and_writes_counts_from_their_start) {
  SessionDriver driver(short_limits());
  driver.backend = [&](BackendCall& call) {
    call.reply_bytes = 64;
    driver.now += seconds(4);
  };
  driver.send(get("/two_calls"));
  const TimePoint start = driver.now - seconds(4);
  driver.run();
  EXPECT_EQ(driver.call_deadlines, (std::vector<TimePoint>{start + seconds(5), start + seconds(9)}));

  Service service(test_workload(), CpuRate{.iterations_per_us = 1});
  const auto counters = std::make_unique<Counters>();
  Session session(service, short_limits(), *counters, counters->shard(0));
  EXPECT_TRUE(std::holds_alternative<ReadOp>(session.next(start)));
  const std::string request = get("/hello");
  session.complete_read(std::as_bytes(std::span(request)));
  const IoOp op = session.next(start);
  ASSERT_TRUE(std::holds_alternative<WriteOp>(op));
  EXPECT_EQ(std::get<WriteOp>(op).deadline, start + seconds(30));
}

}  // namespace
}  // namespace interleave
