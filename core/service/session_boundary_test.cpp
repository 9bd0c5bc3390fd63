// Pipelined requests kept apart, for models that give each request a thread of its own.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

SessionOptions yielding() {
  SessionOptions options;
  options.yield_between_requests = true;
  return options;
}

TEST(SessionBoundary, stands_between_pipelined_requests_after_the_reply_has_gone_out) {
  SessionDriver driver(yielding());
  driver.send(get("/hello") + get("/one_call") + get("/hello"));
  driver.run();
  const std::string first = json_reply(kHelloBody);
  const std::string second = json_reply(kOneCallBody);
  EXPECT_EQ(driver.sent, first + second + first);
  EXPECT_EQ(driver.boundaries, (std::vector<std::size_t>{first.size(), first.size() + second.size()}));
}

TEST(SessionBoundary, is_not_told_of_where_nothing_follows) {
  SessionDriver driver(yielding());
  for (int i = 0; i < 3; ++i) {
    driver.send(get("/hello"));
    driver.run();
  }
  EXPECT_TRUE(driver.boundaries.empty());
}

TEST(SessionBoundary, comes_before_a_next_request_that_has_only_begun) {
  SessionDriver driver(yielding());
  driver.send(get("/hello") + "GET /hel");
  driver.run();
  EXPECT_EQ(driver.boundaries.size(), 1U);
  driver.send("lo HTTP/1.1\r\nHost: a\r\n\r\n");
  driver.run();
  EXPECT_EQ(driver.boundaries.size(), 1U);
  EXPECT_EQ(driver.sent, json_reply(kHelloBody) + json_reply(kHelloBody));
}

TEST(SessionBoundary, exists_only_where_it_was_asked_for) {
  SessionDriver driver;
  driver.send(get("/hello") + get("/hello"));
  driver.run();
  EXPECT_TRUE(driver.boundaries.empty());
  EXPECT_EQ(driver.writes.size(), 1U);
}

}  // namespace
}  // namespace interleave
