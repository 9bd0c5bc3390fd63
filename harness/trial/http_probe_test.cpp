#include "harness/trial/http_probe.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(SplitResponse, gives_status_and_body) {
  const auto reply = split_response("HTTP/1.1 404 Not Found\r\ncontent-LENGTH: 3\r\nX: y\r\n\r\nno\n");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(reply->body, "no\n");
}

TEST(SplitResponse, takes_a_body_that_ends_with_the_stream) {
  const auto reply = split_response("HTTP/1.1 200 OK\r\n\r\nall of it");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "all of it");
}

TEST(SplitResponse, refuses_what_is_no_whole_response) {
  for (const char* text :
       {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "SMTP 200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfour", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsixsix"}) {
    EXPECT_FALSE(split_response(text)) << text;
  }
}

}  // namespace
}  // namespace interleave
