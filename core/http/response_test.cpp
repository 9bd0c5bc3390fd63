#include "core/http/response.hpp"

#include <string>

#include <gtest/gtest.h>

namespace interleave {
namespace {

std::string written(const ResponseHead& head) {
  std::string out = "before|";
  append_response_head(out, head);
  return out;
}

TEST(Response, head_is_exact) {
  EXPECT_EQ(written({.status = 200, .content_type = "text/plain", .content_length = 3}),
            "before|HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(written({.status = 404, .content_type = "a/b", .content_length = 0, .persistence = Persistence::close}),
            "before|HTTP/1.1 404 Not Found\r\nContent-Type: a/b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(
      written({.status = 200, .content_type = "a/b", .content_length = 12345, .persistence = Persistence::announced}),
      "before|HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 12345\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Response, method_not_allowed_says_what_is) {
  EXPECT_EQ(written({.status = 405, .content_type = "a/b", .content_length = 1}),
            "before|HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD, POST\r\nContent-Type: a/b\r\n"
            "Content-Length: 1\r\n\r\n");
}

TEST(Response, overload_says_when_to_come_back) {
  EXPECT_EQ(written({.status = 503, .content_type = "a/b", .content_length = 1}),
            "before|HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: a/b\r\n"
            "Content-Length: 1\r\n\r\n");
}

TEST(Response, every_status_the_suite_answers_has_a_reason) {
  for (const int status : {200, 400, 404, 405, 408, 413, 417, 431, 500, 501, 502, 503, 504, 505}) {
    EXPECT_NE(reason_phrase(status), "Unknown") << status;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

TEST(Response, continue_is_no_more_than_a_status_line) {
  std::string out;
  append_continue(out);
  EXPECT_EQ(out, "HTTP/1.1 100 Continue\r\n\r\n");
}

}  // namespace
}  // namespace interleave
