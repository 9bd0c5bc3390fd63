// What each command means: words in, outcome out. No sockets, no clock, no waiting. Not thread-safe.
//   CALL service id index [bytes]  a string of `bytes` (else the service's reply_bytes) after the service's latency;
//                                  id "-": the arrival number of the call at its service
//   PING [text]                    PONG, or the text
//   STATS                          statistics as JSON (statistics.hpp)
//   GET key, SET key value         a small map (key_values.hpp)
//   RESET                          starts the statistics anew, empties the map, ends the calls that hang
// Anything else, and any of these with wrong words, is answered "-ERR ..." and changes nothing but the error count.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "backend/key_values.hpp"
#include "backend/services.hpp"
#include "backend/statistics.hpp"

namespace interleave {

// RESET is done but for the hung calls, which the event loop ends; then its reply is kResetReply.
struct ResetHungCalls {};
inline constexpr std::string_view kResetReply = "+OK\r\n";

// Either an encoded RESP reply, due at once, or a call, or the rest of a RESET.
using Outcome = std::variant<std::string, PlannedCall, ResetHungCalls>;

class Commands {
 public:
  Commands(Services& services, Statistics& statistics) : services_(services), statistics_(statistics) {}

  // REQUIRES: at least one word. The name of a command is read in any case, as Redis does.
  [[nodiscard]] Outcome execute(std::span<const std::string_view> words);

 private:
  [[nodiscard]] Outcome call(std::span<const std::string_view> words);
  [[nodiscard]] Outcome get(std::string_view key) const;
  [[nodiscard]] Outcome set(std::string_view key, std::string_view value);
  [[nodiscard]] Outcome reset();
  [[nodiscard]] Outcome stats() const;
  [[nodiscard]] Outcome refuse(std::string_view message);

  Services& services_;
  Statistics& statistics_;
  KeyValues values_;
};

// The reply of a call, appended to `out`: a bulk string of that many bytes.
void append_call_reply(std::string& out, std::uint32_t bytes);

}  // namespace interleave
