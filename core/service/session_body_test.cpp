// Request bodies: read, counted, discarded - and what a client that asks first is told.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

std::string post(std::string_view target, std::string_view fields, std::string_view body) {
  std::string text = "POST ";
  text.append(target).append(" HTTP/1.1\r\nHost: a\r\n").append(fields).append("\r\n");
  return text.append(body);
}

constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

TEST(SessionBody, is_read_before_the_answer) {
  const std::string two = json_reply(kHelloBody) + json_reply(kHelloBody);
  expect_reply(post("/hello", "Content-Length: 5\r\n", "12345") + get("/hello"), two);
  expect_reply(post("/hello", "Content-Length: 0\r\n", "") + get("/hello"), two);
  expect_reply(post("/hello", "", "") + get("/hello"), two);
  expect_reply(post("/hello", kChunked, "5\r\n12345\r\n3;x=y\r\nabc\r\n0\r\nTrailer: x\r\n\r\n") + get("/hello"),
               two);
  expect_reply(get("/hello", "Content-Length: 5\r\n") + "12345" + get("/hello"), two);
}

TEST(SessionBody, is_read_also_when_the_answer_is_an_error) {
  const std::string length = "Content-Length: 34\r\n";
  const std::string body = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r";
  ASSERT_EQ(body.size(), 34U);
  expect_reply(post("/nothing", length, body) + get("/hello"), error_reply("404 Not Found") + json_reply(kHelloBody));
  expect_reply("PUT /hello HTTP/1.1\r\nHost: a\r\n" + length + "\r\n" + body + get("/hello"),
               error_reply("405 Method Not Allowed") + json_reply(kHelloBody));
}

TEST(SessionBody, is_limited) {
  SessionOptions options;
  options.limits.body_bytes = 8;
  const std::string reply = json_reply(kHelloBody);
  expect_reply(post("/hello", "Content-Length: 8\r\n", "12345678"), reply, options);
  expect_reply(post("/hello", "Content-Length: 9\r\n", "123456789"), refusal("413 Content Too Large"), options);
  expect_reply(post("/hello", kChunked, "4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n"), reply, options);
  expect_reply(post("/hello", kChunked, "4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n"), refusal("413 Content Too Large"),
               options);
}

TEST(SessionBody, is_sent_for_when_the_client_asks) {
  const std::string fields = "Content-Length: 3\r\nExpect: 100-continue\r\n";
  expect_reply(post("/hello", fields, "abc") + get("/hello"),
               std::string(kContinue) + json_reply(kHelloBody) + json_reply(kHelloBody));
  expect_reply(post("/hello", std::string(kChunked) + "Expect: 100-continue\r\n", "1\r\na\r\n0\r\n\r\n"),
               std::string(kContinue) + json_reply(kHelloBody));
}

TEST(SessionBody, client_is_told_to_go_on_before_its_body_is_awaited) {
  SessionDriver driver;
  driver.send(post("/hello", "Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
  driver.run();
  EXPECT_EQ(driver.sent, kContinue);
  EXPECT_FALSE(driver.read_op().idle);
  EXPECT_EQ(driver.totals().requests, 0U);
  EXPECT_EQ(driver.totals().all_responses(), 0U);
  driver.send("abc");
  driver.run();
  EXPECT_EQ(driver.sent, std::string(kContinue) + json_reply(kHelloBody));
  EXPECT_EQ(driver.totals().requests, 1U);
  EXPECT_EQ(driver.totals().all_responses(), 1U);
}

TEST(SessionBody, is_not_sent_for_when_the_answer_is_known) {
  const std::string fields = "Content-Length: 3\r\nExpect: 100-continue\r\n";
  expect_reply(post("/nothing", fields, "abc") + get("/hello"), refusal("404 Not Found"));
  expect_reply("PUT /hello HTTP/1.1\r\nHost: a\r\n" + fields + "\r\nabc", refusal("405 Method Not Allowed"));
  expect_reply(post("/hello", "Content-Length: 3\r\nExpect: other\r\n", "abc"), refusal("417 Expectation Failed"));
  expect_reply(post("/hello", "Content-Length: 9999999\r\nExpect: 100-continue\r\n", ""),
               refusal("413 Content Too Large"));
}

TEST(SessionBody, without_one_there_is_nothing_to_continue) {
  expect_reply(get("/hello", "Expect: 100-continue\r\n"), json_reply(kHelloBody));
  expect_reply("POST /hello HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\na",
               json_reply(kHelloBody, "Connection: close\r\n"));
}

}  // namespace
}  // namespace interleave
