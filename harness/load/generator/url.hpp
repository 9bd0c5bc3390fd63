// Where the load goes. Pure but for resolve().
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/net/endpoint.hpp"

namespace interleave {

// "http://host:port/path?query"; the port is 80 and the target "/" where left out.
struct Url {
  std::string host;  // a name or an address, IPv6 without its brackets
  std::uint16_t port = 80;
  std::string target;     // with its query
  std::string authority;  // as the Host header wants it
};

// UsageError: not an http URL, with what to do about it.
[[nodiscard]] Url parse_url(std::string_view text);

// The numeric address of the host, once, before the run: a run must not measure a resolver. Throws UsageError if the
// name has none.
[[nodiscard]] Endpoint resolve(const Url& url);

}  // namespace interleave
