// HTTP/1.x replies, sans-I/O: bytes in, "complete" out. Grammar and framing are llhttp's. Bodies are passed over, so
// a parser needs no buffer. Interim replies (1xx) are passed over too. The outcome does not depend on how the bytes
// were split. Not thread-safe, not movable (llhttp points back into it), no allocation.
#pragma once
#include <cstddef>
#include <string_view>

#include <llhttp.h>

namespace interleave {

class ResponseParser {
 public:
  enum class Event : unsigned char {
    need_more,  // all bytes consumed
    complete,   // status() and keep_alive() speak of it; what was not consumed belongs to no reply asked for
    failed      // not HTTP, or broken: close the connection
  };
  struct Result {
    Event event = Event::need_more;
    std::size_t consumed = 0;
  };

  ResponseParser() { begin(false); }
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;
  ~ResponseParser() = default;

  // Before each reply. `to_head`: the answer to a HEAD request, which has no body whatever its head says.
  void begin(bool to_head) noexcept;
  // REQUIRES: begin() since the last complete or failed.
  [[nodiscard]] Result parse(std::string_view data) noexcept;
  // The peer has closed: complete if that is how the body ends, else failed (a half reply).
  [[nodiscard]] Event finish() noexcept;

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }

 private:
  struct Callbacks;

  llhttp_t llhttp_{};
  int status_ = 0;
  bool to_head_ = false;
  bool keep_alive_ = false;
  bool complete_ = false;
};

}  // namespace interleave
