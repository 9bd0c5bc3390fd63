// Writes HTTP/1.1 response heads. No Date: a session has no clock, and RFC 9110 section 6.6.1 lets an origin server
// without one omit it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace interleave {

enum class Persistence : std::uint8_t {
  implied,    // HTTP/1.1: stays open, nothing need be said
  announced,  // HTTP/1.0 client that asked for keep-alive
  close
};

struct ResponseHead {
  int status = 200;
  std::string_view content_type;
  std::size_t content_length = 0;
  Persistence persistence = Persistence::implied;
};

// Reason phrase of a status the suite answers, "Unknown" for any other.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

// Appends status line, fields and the empty line; the body is the caller's. A 405 gets the Allow field it must have.
// Does not allocate if `out` has room.
void append_response_head(std::string& out, const ResponseHead& head);

// "HTTP/1.1 100 Continue": go on with the body. Not a response of its own.
void append_continue(std::string& out);

}  // namespace interleave
