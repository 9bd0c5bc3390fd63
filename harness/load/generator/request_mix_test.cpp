#include "harness/load/generator/request_mix.hpp"

#include <map>

#include <gtest/gtest.h>

namespace interleave {
namespace {

std::string text_of(const MixOptions& options, std::uint64_t id = 7) {
  const RequestMix mix(options);
  std::vector<char> scratch(mix.max_size());
  return std::string(mix.text(id, scratch.data()));
}

TEST(RequestMix, writes_plain_requests) {
  EXPECT_EQ(text_of({.authority = "a:1", .routes = {{"/x"}}}), "GET /x HTTP/1.1\r\nHost: a:1\r\n\r\n");
}

TEST(RequestMix, numbers_requests_where_asked) {
  const auto with = [](IdPlace ids, std::string target) {
    return text_of({.authority = "a", .ids = ids, .routes = {{std::move(target)}}}, 1'000'000'000'007);
  };
  EXPECT_EQ(with(IdPlace::query, "/x"), "GET /x?id=1000000000007 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(with(IdPlace::query, "/x?y=1"), "GET /x?y=1&id=1000000000007 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(with(IdPlace::header, "/x"), "GET /x HTTP/1.1\r\nX-Request-Id: 1000000000007\r\nHost: a\r\n\r\n");
}

TEST(RequestMix, bodies_have_their_length_and_headers_may_replace_ours) {
  EXPECT_EQ(
      text_of({.authority = "a", .method = "POST", .headers = {"hOsT: b", "X: y"}, .body = "hi", .routes = {{"/"}}}),
      "POST / HTTP/1.1\r\nhOsT: b\r\nX: y\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(text_of({.authority = "a", .method = "POST", .close = true, .routes = {{"/"}}}),
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}

TEST(RequestMix, any_id_fits_the_scratch) {
  const RequestMix mix({.authority = "a", .ids = IdPlace::query, .routes = {{"/"}, {"/a_longer_one"}}});
  std::vector<char> scratch(mix.max_size());
  for (std::uint64_t id = 0; id < 100; ++id)
    EXPECT_LE(mix.text(UINT64_MAX - id, scratch.data()).size(), mix.max_size());
}

TEST(RequestMix, routes_are_drawn_by_weight_from_seed_and_id_alone) {
  const MixOptions options{.authority = "a", .routes = {{"/a", 6}, {"/b", 3}, {"/c", 1, 503}}, .seed = 5};
  std::map<std::string, int> counts;
  for (std::uint64_t id = 0; id < 10'000; ++id) {
    const std::string text = text_of(options, id);
    EXPECT_EQ(text, text_of(options, id));
    ++counts[text.substr(4, 2)];
  }
  EXPECT_NEAR(counts["/a"], 6000, 250);  // 5 standard deviations
  EXPECT_NEAR(counts["/b"], 3000, 230);
  EXPECT_NEAR(counts["/c"], 1000, 150);
}

TEST(RequestMix, knows_which_status_a_route_should_have) {
  const RequestMix any({.authority = "a", .routes = {{"/"}}});
  EXPECT_TRUE(any.is_expected(1, 200) && any.is_expected(1, 399));
  EXPECT_FALSE(any.is_expected(1, 400) || any.is_expected(1, 101) || any.is_expected(1, 503));
  const RequestMix own({.authority = "a", .routes = {{"/", 1, 503}}});
  EXPECT_TRUE(own.is_expected(1, 503));
  EXPECT_FALSE(own.is_expected(1, 200));
}

}  // namespace
}  // namespace interleave
