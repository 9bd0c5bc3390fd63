// The request target (RFC 9112 section 3.2) and the request's id in its query. Pure functions on views.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace interleave {

// Views into the target. Paths are compared byte for byte: no percent-decoding, no normalisation.
struct RequestTarget {
  std::string_view path;
  std::string_view query;  // without '?'
};

// Origin-form ("/path?query") and absolute-form ("http://host/path?query", whose empty path is "/"). nullopt:
// neither, or with a fragment, which a client must not send.
[[nodiscard]] std::optional<RequestTarget> split_target(std::string_view target) noexcept;

// A number that names the request. `malformed`: given, but not a decimal number of 64 bits.
struct RequestId {
  std::optional<std::uint64_t> value;
  bool malformed = false;
};

// The whole text as a number.
[[nodiscard]] RequestId parse_request_id(std::string_view text) noexcept;

// The parameter "id" of a query; absent: neither a value nor malformed. Given twice: malformed.
[[nodiscard]] RequestId find_request_id(std::string_view query) noexcept;

}  // namespace interleave
