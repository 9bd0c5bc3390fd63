#include "harness/trial/http_reply.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

constexpr const char* kTwo =
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\none\n"
    "HTTP/1.1 405 Method Not Allowed\r\nallow:  GET, HEAD \r\ncontent-LENGTH: 0\r\n\r\n";

TEST(TakeReply, gives_pipelined_ones_in_their_order) {
  std::string stream = kTwo;
  const auto first = take_reply(stream, ReplyTo::other, false);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "one\n");
  EXPECT_FALSE(first->header("allow"));
  const auto second = take_reply(stream, ReplyTo::other, false);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 405);
  EXPECT_EQ(second->header("Allow"), "GET, HEAD");
  EXPECT_EQ(stream, "");
}

TEST(TakeReply, waits_for_the_rest_at_every_byte) {
  const std::string whole = kTwo;
  const std::size_t first = whole.find("one\n") + 4;
  for (std::size_t size = 0; size < first; ++size) {
    std::string stream = whole.substr(0, size);
    EXPECT_FALSE(take_reply(stream, ReplyTo::other, false)) << size;
    EXPECT_EQ(stream.size(), size);
  }
}

TEST(TakeReply, leaves_what_a_reply_to_head_should_not_have) {
  std::string stream = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\none\n";
  const auto reply = take_reply(stream, ReplyTo::head, false);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "");
  EXPECT_EQ(reply->header("content-length"), "4");
  EXPECT_EQ(stream, "one\n");
}

TEST(TakeReply, knows_that_an_interim_reply_has_no_body) {
  std::string stream = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(take_reply(stream, ReplyTo::other, false).value().status, 100);
  EXPECT_EQ(take_reply(stream, ReplyTo::other, false).value().status, 200);
}

TEST(TakeReply, takes_a_body_without_length_to_the_end_of_the_stream) {
  std::string stream = "HTTP/1.1 200 OK\r\n\r\nall of it";
  EXPECT_FALSE(take_reply(stream, ReplyTo::other, false));
  EXPECT_EQ(take_reply(stream, ReplyTo::other, true).value().body, "all of it");
}

TEST(TakeReply, refuses_what_is_no_reply) {
  for (const char* text :
       {"SMTP 200\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 20\r\n\r\n", "HTTP/1.1 020 OK\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\n", "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", "HTTP/1.1 200"}) {
    std::string stream = text;
    EXPECT_THROW((void)take_reply(stream, ReplyTo::other, true), NoReply) << text;
  }
}

TEST(InQuotes, is_one_short_line) {
  EXPECT_EQ(in_quotes("a\r\nb\x01"), "'a..b.'");
  EXPECT_EQ(in_quotes(std::string(61, 'x')), "'" + std::string(60, 'x') + "...'");
}

}  // namespace
}  // namespace interleave
