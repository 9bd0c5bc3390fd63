#include "core/net/endpoint.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Endpoint, reads_numeric_addresses_with_a_port) {
  struct Case {
    std::string_view text;
    std::string address;
    std::uint16_t port;
  };
  const Case cases[] = {
      {"127.0.0.1:8080", "127.0.0.1", 8080},
      {"0.0.0.0:0", "0.0.0.0", 0},
      {"10.1.2.3:65535", "10.1.2.3", 65535},
      {"[::1]:0", "::1", 0},
      {"[::]:443", "::", 443},
  };
  for (const Case& c : cases) {
    const auto endpoint = parse_endpoint(c.text);
    ASSERT_TRUE(endpoint) << c.text;
    EXPECT_EQ(endpoint->address, c.address);
    EXPECT_EQ(endpoint->port, c.port);
    EXPECT_EQ(to_string(*endpoint), c.text);
  }
}

TEST(Endpoint, refuses_names_and_malformed_text) {
  for (const std::string_view text : {"",
                                      ":",
                                      ":80",
                                      "80",
                                      "localhost:80",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:x",
                                      "127.0.0.1:-1",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:80 ",
                                      "127.0.0.1:+80",
                                      "127.1:80",
                                      "::1:80",
                                      "[::1]",
                                      "[::1]80",
                                      "[127.0.0.1]:80",
                                      "[]:1",
                                      "[:1",
                                      "256.0.0.1:1",
                                      " 127.0.0.1:1"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

}  // namespace
}  // namespace interleave
