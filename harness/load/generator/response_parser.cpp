#include "harness/load/generator/response_parser.hpp"

namespace interleave {
namespace {

constexpr int kProceed = 0;
constexpr int kSkipBody = 1;

bool is_interim(int status) noexcept {
  return status < 200 && status != 101;  // 101 is final: the connection speaks something else from then on
}

// Whatever length its head says (RFC 9112 section 6.3); llhttp would wait for that many bytes.
bool never_has_body(int status) noexcept {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

// llhttp's callbacks, bound to the parser in llhttp_t::data.
struct ResponseParser::Callbacks {
  static ResponseParser& self(llhttp_t* llhttp) noexcept { return *static_cast<ResponseParser*>(llhttp->data); }

  static int on_headers_complete(llhttp_t* llhttp) noexcept {
    llhttp->upgrade = 0;  // else llhttp stops here
    return self(llhttp).to_head_ || never_has_body(llhttp->status_code) ? kSkipBody : kProceed;
  }
  static int on_message_complete(llhttp_t* llhttp) noexcept {
    if (is_interim(llhttp->status_code)) return kProceed;
    ResponseParser& parser = self(llhttp);
    parser.status_ = llhttp->status_code;
    parser.keep_alive_ = llhttp_should_keep_alive(llhttp) == 1 && parser.status_ != 101;
    parser.complete_ = true;
    return HPE_PAUSED;
  }

  static const llhttp_settings_t* settings() noexcept {
    static const llhttp_settings_t shared = [] {
      llhttp_settings_t settings{};
      settings.on_headers_complete = on_headers_complete;
      settings.on_message_complete = on_message_complete;
      return settings;
    }();
    return &shared;
  }
};

void ResponseParser::begin(bool to_head) noexcept {
  llhttp_init(&llhttp_, HTTP_RESPONSE, Callbacks::settings());
  llhttp_.data = this;
  to_head_ = to_head;
  status_ = 0;
  keep_alive_ = complete_ = false;
}

ResponseParser::Result ResponseParser::parse(std::string_view data) noexcept {
  const llhttp_errno_t error = llhttp_execute(&llhttp_, data.data(), data.size());
  if (complete_) {
    return {Event::complete, static_cast<std::size_t>(llhttp_get_error_pos(&llhttp_) - data.data())};
  }
  return {error == HPE_OK ? Event::need_more : Event::failed, data.size()};
}

ResponseParser::Event ResponseParser::finish() noexcept {
  static_cast<void>(llhttp_finish(&llhttp_));
  if (!complete_) return Event::failed;
  keep_alive_ = false;
  return Event::complete;
}

}  // namespace interleave
