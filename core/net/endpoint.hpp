// A host and port as users write them: "127.0.0.1:8080", "[::1]:0". Only numeric addresses: a benchmark that waits
// for a resolver measures the resolver.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace interleave {

struct Endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
};

// nullopt: not a numeric IPv4 or bracketed IPv6 address with a port.
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

}  // namespace interleave
