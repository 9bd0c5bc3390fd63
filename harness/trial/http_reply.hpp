// HTTP/1.1 replies out of a stream of bytes, for a client that looks closely: pipelined ones, replies to HEAD,
// interim ones (100). Pure.
#pragma once
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace interleave {

struct StreamReply {
  int status = 0;
  std::string head;  // the lines after the status line, each with its CRLF
  std::string body;

  // The value of the first header of that name, whatever its case, without white space around it.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
};

// What comes is no HTTP/1.1 reply; one line that says what came.
struct NoReply : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What kind of reply is due: none has a body if it answers HEAD.
enum class ReplyTo : bool { other, head };

// Takes the first reply off `stream`. nullopt: more bytes must come. `ended`: there will be none, which ends a body
// without a length. Throws NoReply.
[[nodiscard]] std::optional<StreamReply> take_reply(std::string& stream, ReplyTo to, bool ended);

// Names of headers. ASCII.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

// What came instead, as it can stand in a message: control characters replaced, cut to 60 bytes.
[[nodiscard]] std::string in_quotes(std::string_view bytes);

}  // namespace interleave
