// The backend's wire format, RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/), sans-I/O.
// Parsing is hiredis's redisReader with object functions of our own, so that a reply costs no allocation.
// Not thread-safe; one reader per connection.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

// The longest string a reply may hold, and the most one command may: what a reader buffers is bounded by them.
inline constexpr std::size_t kMaxReplyBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxCommandBytes = std::size_t{1} << 16U;
inline constexpr std::size_t kMaxCommandWords = 1024;
inline constexpr std::size_t kMaxInlineBytes = 1024;  // a line, without its line feed

// Encodes "CALL <service> <id> <index>" at the end of `out`; id nullopt is sent as "-" (the backend then numbers the
// call by its arrival). Does not allocate if `out` has room. Byte for byte what redisFormatCommandArgv gives.
void append_call(std::string& out, std::string_view service, std::optional<std::uint64_t> id, std::uint32_t index);

// Encodes any command, for tools and tests.
[[nodiscard]] std::string encode_command(std::span<const std::string_view> words);

// What a client needs to know of a reply.
struct Reply {
  enum class Kind : std::uint8_t { bulk, simple, integer, nil, error };
  Kind kind = Kind::nil;
  std::uint32_t bytes = 0;  // length of a bulk or simple string or error
};

// Reads replies in order from a byte stream. Call next() until it returns nullopt after each feed().
// Errors of the protocol are final: close the connection. Arrays are one of them: no command of the backend answers
// so.
class ReplyReader {
 public:
  explicit ReplyReader(bool keep_text = false);  // keep_text: text() works (tools); otherwise only lengths are kept
  ~ReplyReader();
  ReplyReader(ReplyReader&&) noexcept;
  ReplyReader& operator=(ReplyReader&&) noexcept;

  // Takes a copy. False after a protocol error.
  [[nodiscard]] bool feed(std::span<const std::byte> data);
  // The next complete reply, nullopt if there is none yet. After a protocol error: always nullopt, failed() is true.
  [[nodiscard]] std::optional<Reply> next();
  [[nodiscard]] bool failed() const noexcept;
  // Text of the reply last returned by next().
  [[nodiscard]] std::string_view text() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Reads commands (arrays of bulk strings, or inline commands as redis-cli's pipe and telnet send them: words between
// blanks, no quotes) - the server's side. Same rules as ReplyReader. Words are valid until the next call of feed() or
// next(); there is at least one (empty arrays and lines are passed over, as Redis does).
class CommandReader {
 public:
  CommandReader();
  ~CommandReader();
  CommandReader(CommandReader&&) noexcept;
  CommandReader& operator=(CommandReader&&) noexcept;

  [[nodiscard]] bool feed(std::span<const std::byte> data);
  [[nodiscard]] std::optional<std::span<const std::string_view>> next();
  [[nodiscard]] bool failed() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace interleave
