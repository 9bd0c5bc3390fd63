#include "core/http/response.hpp"
#include "core/service/session_impl.hpp"

namespace interleave {
namespace {

constexpr std::string_view kText = "text/plain";
constexpr std::string_view kJson = "application/json";

}  // namespace

// Answers and closes: where the next request would begin is not known.
void Session::Impl::refuse(int status) {
  accept_request();
  is_head_ = parser_.head().method == Method::head;
  keep_alive_ = false;
  reply_error(status);
}

void Session::Impl::reply_error(int status) {
  reply_text(status, reason_phrase(status));
}

void Session::Impl::reply_text(int status, std::string_view body) {
  const bool needs_newline = !body.ends_with('\n');
  append_head(status, kText, body.size() + (needs_newline ? 1 : 0));
  if (is_head_) return;
  output_.append(body);
  if (needs_newline) output_.push_back('\n');
}

void Session::Impl::reply_json(const ReplyBody& body) {
  append_head(200, kJson, size_of(body));
  if (!is_head_) append_body(output_, body);
}

// With its head a response is counted and the request is over. It is counted here and not when it has been written,
// so that a client never knows of a response the server has not counted.
void Session::Impl::append_head(int status, std::string_view content_type, std::size_t content_length) {
  const bool stays_open = keep_alive_ && !draining_;
  const Persistence open = announce_keep_alive_ ? Persistence::announced : Persistence::implied;
  append_response_head(output_, {.status = status,
                                 .content_type = content_type,
                                 .content_length = content_length,
                                 .persistence = stays_open ? open : Persistence::close});
  bump(shard_->responses[status_index(status)]);
  if (responses_++ == 0) bump(shard_->connections_answered);
  if (stays_open) {
    state_ = State::receiving;
    at_boundary_ = options_.yield_between_requests;
  } else {
    close();
  }
}

void Session::Impl::close() noexcept {
  state_ = State::closing;
  input_ = {};
}

}  // namespace interleave
