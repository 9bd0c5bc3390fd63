// One HTTP request over a connection of its own, for verifying servers: no keep-alive, no pipelining, no timing.
// The connection asks to be closed; a reply ends where its Content-Length says, or where the stream ends.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/net/endpoint.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {

struct HttpReply {
  int status = 0;
  std::string body;
};

// Splits a whole response; checks Content-Length against what came. nullopt: not a response, or cut off. Pure.
[[nodiscard]] std::optional<HttpReply> split_response(std::string_view text);

// The bytes of such a request: GET, Connection: close. Pure.
[[nodiscard]] std::string get_request(const Endpoint& server, std::string_view target);

// GET `target`. Throws std::system_error (timed_out at the deadline), std::runtime_error (no valid response) and
// Interrupted.
[[nodiscard]] HttpReply http_get(const Endpoint& server, std::string_view target, TimePoint deadline,
                                 const Interrupt& interrupt);

}  // namespace interleave
