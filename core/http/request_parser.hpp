// HTTP/1.x requests, sans-I/O: bytes in, events out. Grammar and framing are llhttp's (Node's parser); what it lets
// pass and RFC 9112 forbids is refused here: HTTP/0.9, RTSP, a missing or repeated Host, transfer codings other than
// chunked, white space before a colon. Bodies are counted and discarded.
//
// The outcome does not depend on how the bytes were split. A head that arrives in one piece is not copied; otherwise
// what is needed of it goes to buffers no larger than the head limit. Not thread-safe, not movable (llhttp points
// back into it), no allocation once its buffers have grown.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <llhttp.h>

#include "core/http/request_target.hpp"
#include "core/http/text_fragment.hpp"

namespace interleave {

enum class Method : std::uint8_t { get, head, post, other };

struct RequestHead {
  enum class Expectation : std::uint8_t { none, continue_100, unknown };

  Method method = Method::other;
  std::string_view path;  // valid until the next parse() or reset()
  std::string_view query;
  RequestId id;            // of the query, else of X-Request-Id
  int minor_version = 1;   // of HTTP/1.x
  bool keep_alive = true;  // what the client wants and its version allows
  bool has_body = false;
  bool chunked = false;
  std::uint64_t content_length = 0;  // 0 for chunked
  Expectation expectation = Expectation::none;
};

class RequestParser {
 public:
  enum class Event : std::uint8_t {
    need_more,     // all bytes consumed
    body_follows,  // the head is complete, a body comes next
    complete,      // the request is complete: reset() before parsing the next
    failed         // answer status(), then close: where the next request begins is unknown
  };
  struct Result {
    Event event = Event::need_more;
    std::size_t consumed = 0;
  };

  RequestParser(std::size_t head_limit, std::uint64_t body_limit);
  ~RequestParser() = default;
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Parses up to the next event. REQUIRES: data not empty; the last event was neither complete nor failed.
  [[nodiscard]] Result parse(std::string_view data);

  // Ready for the next request.
  void reset();

  // After body_follows or complete. The method alone: also after failed, if it had been read.
  [[nodiscard]] const RequestHead& head() const noexcept { return head_; }

  // After failed: 400, 413, 431, 501 or 505.
  [[nodiscard]] int status() const noexcept { return status_; }

  // True from the first byte of a request; empty lines before it do not count (RFC 9112 section 2.2).
  [[nodiscard]] bool started() const noexcept { return started_; }

 private:
  struct Callbacks;
  enum class Field : std::uint8_t { ignored, host, expect, request_id, transfer_encoding };

  [[nodiscard]] Result parse_head(std::string_view data);
  [[nodiscard]] Result on_invalid_method(std::string_view piece, std::size_t valid);
  [[nodiscard]] Result parse_unknown_method(std::string_view piece);
  [[nodiscard]] Result parse_body(std::string_view data);
  [[nodiscard]] Result fail(int status) noexcept;
  [[nodiscard]] int status_of_error(llhttp_errno_t error) const noexcept;
  void detach(std::string_view consumed);

  // Both look back from a place in piece_, into what came before it if need be.
  [[nodiscard]] char byte_before(const char* at) const noexcept;
  [[nodiscard]] bool follows_http(const char* version) const;
  void begin_value();
  void end_value();
  void on_host(std::string_view value);
  void on_transfer_encoding(std::string_view value);
  void on_coding(std::string_view coding);
  [[nodiscard]] int check_head();  // 0 or the status to refuse it with
  [[nodiscard]] int check_framing() const noexcept;
  [[nodiscard]] bool take_target();

  llhttp_t llhttp_{};
  const std::size_t head_limit_;
  const std::uint64_t body_limit_;

  RequestHead head_;
  TextFragment url_;
  TextFragment name_;
  TextFragment value_;
  Field field_ = Field::ignored;
  RequestId header_id_;

  std::string_view piece_;  // what llhttp is being fed
  std::string tail_;        // the last bytes of the pieces before it
  std::size_t head_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
  unsigned hosts_ = 0;
  unsigned chunked_codings_ = 0;
  unsigned other_codings_ = 0;
  bool last_coding_is_chunked_ = false;
  bool has_transfer_encoding_ = false;
  bool has_version_ = false;
  bool has_request_id_ = false;
  bool unknown_method_ = false;
  bool started_ = false;
  bool head_complete_ = false;
  int status_ = 0;
};

}  // namespace interleave
