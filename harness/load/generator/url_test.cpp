#include "harness/load/generator/url.hpp"

#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "harness/load/generator/sources.hpp"

namespace interleave {
namespace {

TEST(Url, has_host_port_target_and_authority) {
  struct Case {
    const char* text;
    const char* host;
    std::uint16_t port;
    const char* target;
    const char* authority;
  };
  const Case cases[] = {
      {"http://127.0.0.1:8080/one?x=1", "127.0.0.1", 8080, "/one?x=1", "127.0.0.1:8080"},
      {"http://localhost", "localhost", 80, "/", "localhost"},
      {"http://localhost?x", "localhost", 80, "/?x", "localhost"},
      {"http://localhost:1#top", "localhost", 1, "/", "localhost:1"},
      {"http://[::1]:8080/", "::1", 8080, "/", "[::1]:8080"},
      {"http://[::1]", "::1", 80, "/", "[::1]"},
  };
  for (const Case& c : cases) {
    const Url url = parse_url(c.text);
    EXPECT_EQ(url.host, c.host) << c.text;
    EXPECT_EQ(url.port, c.port) << c.text;
    EXPECT_EQ(url.target, c.target) << c.text;
    EXPECT_EQ(url.authority, c.authority) << c.text;
  }
}

TEST(Url, refuses_what_it_cannot_ask_for) {
  for (const char* text :
       {"", "127.0.0.1:80", "https://a/", "ftp://a/", "http://", "http:///x", "http://a:0/", "http://a:x/",
        "http://a:65536/", "http://[::1", "http://[::1]8/", "http://u@a/", "http://a/x y", "http://a/\r\nX: y"}) {
    EXPECT_THROW(static_cast<void>(parse_url(text)), UsageError) << text;
  }
}

TEST(Sources, spread_where_one_loopback_address_would_not_do) {
  EXPECT_TRUE(default_sources({"127.0.0.1", 80}, 4096, false).empty());
  EXPECT_EQ(default_sources({"127.0.0.1", 80}, 9900, false).size(), 4U);
  EXPECT_EQ(default_sources({"127.0.0.1", 80}, 1, true).size(), 4U);
  EXPECT_EQ(default_sources({"127.0.0.1", 80}, 1'000'000, false).size(), 245U);
  EXPECT_TRUE(default_sources({"192.0.2.1", 80}, 9900, true).empty());
  EXPECT_TRUE(default_sources({"::1", 80}, 9900, true).empty());
}

}  // namespace
}  // namespace interleave
