#include "core/http/request_parser.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

namespace interleave {
namespace {

constexpr int kProceed = 0;
constexpr int kPause = HPE_PAUSED;
constexpr int kRefuse = HPE_USER;  // with 400, unless the callback set another status

constexpr std::string_view kHttp = "HTTP/";

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// `lower` is in lower case.
bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return to_lower(a) == b; });
}

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// A character of a method or field name (RFC 9110 section 5.6.2).
bool is_token_char(char c) noexcept {
  const char lower = to_lower(c);
  if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// "THOD target HTTP/1.1\r": the rest of a request line, from within its method or just behind it.
bool ends_request_line(std::string_view text) noexcept {
  const std::size_t method_end = text.find(' ');
  const std::size_t target_end = text.rfind(" HTTP/");
  if (target_end == std::string_view::npos || target_end <= method_end + 1 || !text.ends_with('\r')) return false;
  const std::string_view method = text.substr(0, method_end);
  const std::string_view target = text.substr(method_end + 1, target_end - method_end - 1);
  return std::all_of(method.begin(), method.end(), is_token_char) && target.find(' ') == std::string_view::npos;
}

Method method_of(std::uint8_t method) noexcept {
  switch (method) {
    case HTTP_GET:
      return Method::get;
    case HTTP_HEAD:
      return Method::head;
    case HTTP_POST:
      return Method::post;
    default:
      return Method::other;
  }
}

}  // namespace

// llhttp's callbacks, bound to the parser in llhttp_t::data.
struct RequestParser::Callbacks {
  static RequestParser& self(llhttp_t* llhttp) noexcept { return *static_cast<RequestParser*>(llhttp->data); }

  static int on_message_begin(llhttp_t* llhttp) noexcept {
    self(llhttp).started_ = true;
    return kProceed;
  }
  static int on_method_complete(llhttp_t* llhttp) noexcept {
    self(llhttp).head_.method = method_of(llhttp->method);
    return kProceed;
  }
  static int on_url(llhttp_t* llhttp, const char* at, std::size_t size) {
    RequestParser& parser = self(llhttp);
    parser.url_.append(at, size);
    // A request line without a version is HTTP/0.9: no head would follow, so it is refused now.
    const char* const end = at + size;
    const bool ends_line = end != parser.piece_.data() + parser.piece_.size() && (*end == '\r' || *end == '\n');
    return ends_line ? kRefuse : kProceed;
  }
  static int on_version(llhttp_t* llhttp, const char* at, std::size_t /*size*/) {
    RequestParser& parser = self(llhttp);
    if (parser.has_version_) return kProceed;
    parser.has_version_ = true;
    return parser.follows_http(at) ? kProceed : kRefuse;
  }
  static int on_header_field(llhttp_t* llhttp, const char* at, std::size_t size) {
    RequestParser& parser = self(llhttp);
    if (!parser.head_complete_) parser.name_.append(at, size);  // else: a trailer, ignored
    return kProceed;
  }
  static int on_header_field_complete(llhttp_t* llhttp) {
    RequestParser& parser = self(llhttp);
    if (parser.head_complete_) return kProceed;
    // llhttp takes a space for part of the name; to others "Transfer-Encoding : chunked" is that field.
    const std::string_view name = parser.name_.view();
    if (name.empty() || name.find(' ') != std::string_view::npos) return kRefuse;
    parser.begin_value();
    return kProceed;
  }
  static int on_header_value(llhttp_t* llhttp, const char* at, std::size_t size) {
    RequestParser& parser = self(llhttp);
    if (parser.field_ != Field::ignored) parser.value_.append(at, size);
    return kProceed;
  }
  static int on_header_value_complete(llhttp_t* llhttp) {
    self(llhttp).end_value();
    return kProceed;
  }
  static int on_headers_complete(llhttp_t* llhttp) {
    RequestParser& parser = self(llhttp);
    llhttp->upgrade =
        0;  // an offer to switch protocols may be ignored (RFC 9110 section 7.8); else llhttp stops here
    parser.head_complete_ = true;
    parser.status_ = parser.check_head();
    if (parser.status_ != 0) return kRefuse;
    return parser.head_.has_body ? kPause : kProceed;
  }
  static int on_body(llhttp_t* llhttp, const char* /*at*/, std::size_t size) noexcept {
    RequestParser& parser = self(llhttp);
    parser.body_bytes_ += size;
    if (parser.body_bytes_ <= parser.body_limit_) return kProceed;
    parser.status_ = 413;
    return kRefuse;
  }
  // Of a chunk its size is enough: refused before its bytes arrive.
  static int on_chunk_header(llhttp_t* llhttp) noexcept {
    RequestParser& parser = self(llhttp);
    if (llhttp->content_length <= parser.body_limit_ - parser.body_bytes_) return kProceed;
    parser.status_ = 413;
    return kRefuse;
  }
  static int on_message_complete(llhttp_t* /*llhttp*/) noexcept { return kPause; }

  static const llhttp_settings_t* settings() noexcept {
    static const llhttp_settings_t shared = [] {
      llhttp_settings_t settings{};
      settings.on_message_begin = on_message_begin;
      settings.on_method_complete = on_method_complete;
      settings.on_url = on_url;
      settings.on_version = on_version;
      settings.on_header_field = on_header_field;
      settings.on_header_field_complete = on_header_field_complete;
      settings.on_header_value = on_header_value;
      settings.on_header_value_complete = on_header_value_complete;
      settings.on_headers_complete = on_headers_complete;
      settings.on_body = on_body;
      settings.on_chunk_header = on_chunk_header;
      settings.on_message_complete = on_message_complete;
      return settings;
    }();
    return &shared;
  }
};

RequestParser::RequestParser(std::size_t head_limit, std::uint64_t body_limit)
    : head_limit_(head_limit), body_limit_(body_limit) {
  reset();
}

// A fresh llhttp for every request: none of its states survives (after "Connection: close" it would refuse what
// follows).
void RequestParser::reset() {
  llhttp_init(&llhttp_, HTTP_REQUEST, Callbacks::settings());
  llhttp_.data = this;
  head_ = {};
  url_.clear();
  name_.clear();
  value_.clear();
  field_ = Field::ignored;
  header_id_ = {};
  head_bytes_ = 0;
  body_bytes_ = 0;
  tail_.clear();
  hosts_ = chunked_codings_ = other_codings_ = 0;
  last_coding_is_chunked_ = has_transfer_encoding_ = has_version_ = has_request_id_ = false;
  unknown_method_ = false;
  started_ = head_complete_ = false;
  status_ = 0;
}

RequestParser::Result RequestParser::parse(std::string_view data) {
  assert(!data.empty() && status_ == 0);
  return head_complete_ ? parse_body(data) : parse_head(data);
}

// llhttp never sees a byte beyond the limit, so that where it is reached does not depend on the split.
RequestParser::Result RequestParser::parse_head(std::string_view data) {
  const std::string_view allowed = data.substr(0, head_limit_ - head_bytes_);
  if (unknown_method_) return parse_unknown_method(allowed);
  piece_ = allowed;
  const llhttp_errno_t error = llhttp_execute(&llhttp_, allowed.data(), allowed.size());
  if (error == HPE_OK) {
    head_bytes_ += allowed.size();
    if (head_bytes_ >= head_limit_) return fail(431);
    detach(allowed);
    return {Event::need_more, allowed.size()};
  }
  const auto consumed = static_cast<std::size_t>(llhttp_get_error_pos(&llhttp_) - allowed.data());
  if (error == HPE_INVALID_METHOD) return on_invalid_method(allowed, consumed);
  if (error != HPE_PAUSED) return fail(status_of_error(error));
  if (!head_.has_body) return {Event::complete, consumed};
  llhttp_resume(&llhttp_);
  return {Event::body_follows, consumed};
}

// llhttp stops at the first byte no method of its list can have there, at `valid` in the piece.
RequestParser::Result RequestParser::on_invalid_method(std::string_view piece, std::size_t valid) {
  const char c = piece[valid];
  if (!is_token_char(c) && (c != ' ' || !is_token_char(byte_before(piece.data() + valid)))) return fail(400);
  unknown_method_ = true;
  head_bytes_ += valid;
  const Result result = parse_unknown_method(piece.substr(valid));
  return {result.event, valid + result.consumed};
}

// What follows tells a request with a method that is not served (501, RFC 9110 section 9.1) from no request at all.
RequestParser::Result RequestParser::parse_unknown_method(std::string_view piece) {
  const std::size_t line_end = piece.find('\n');
  url_.append(piece.data(), std::min(piece.size(), line_end));
  if (line_end != std::string_view::npos) return fail(ends_request_line(url_.view()) ? 501 : 400);
  head_bytes_ += piece.size();
  if (head_bytes_ >= head_limit_) return fail(431);
  url_.detach();
  return {Event::need_more, piece.size()};
}

RequestParser::Result RequestParser::parse_body(std::string_view data) {
  const llhttp_errno_t error = llhttp_execute(&llhttp_, data.data(), data.size());
  if (error == HPE_OK) return {Event::need_more, data.size()};
  if (error != HPE_PAUSED) return fail(status_of_error(error));
  return {Event::complete, static_cast<std::size_t>(llhttp_get_error_pos(&llhttp_) - data.data())};
}

RequestParser::Result RequestParser::fail(int status) noexcept {
  status_ = status;
  started_ = true;
  return {Event::failed, 0};
}

int RequestParser::status_of_error(llhttp_errno_t error) const noexcept {
  if (status_ != 0) return status_;
  if (llhttp_get_error_reason(&llhttp_) == nullptr) return 400;  // refused by a callback
  const std::string_view reason = llhttp_get_error_reason(&llhttp_);
  switch (error) {
    case HPE_INVALID_VERSION:
      return reason == "Invalid HTTP version" ? 505 : 400;
    case HPE_PAUSED_H2_UPGRADE:
      return 505;
    case HPE_INVALID_CONSTANT:
      return reason == "Invalid method for HTTP/x.x request" ? 501 : 400;  // RTSP's
    case HPE_INVALID_CONTENT_LENGTH:
      return reason == "Content-Length overflow" ? 413 : 400;
    case HPE_INVALID_CHUNK_SIZE:
      return reason == "Chunk size overflow" ? 413 : 400;
    default:
      return 400;
  }
}

void RequestParser::detach(std::string_view consumed) {
  url_.detach();
  name_.detach();
  value_.detach();
  tail_.append(consumed.substr(consumed.size() - std::min(consumed.size(), kHttp.size())));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), kHttp.size()));
}

char RequestParser::byte_before(const char* at) const noexcept {
  if (at != piece_.data()) return *(at - 1);
  return tail_.empty() ? '\0' : tail_.back();
}

// llhttp also speaks RTSP and ICE and does not say which it read: the bytes before the version do.
bool RequestParser::follows_http(const char* version) const {
  const auto seen = static_cast<std::size_t>(version - piece_.data());
  if (seen >= kHttp.size()) return piece_.substr(seen - kHttp.size(), kHttp.size()) == kHttp;
  const std::size_t missing = kHttp.size() - seen;
  return piece_.starts_with(kHttp.substr(missing)) && std::string_view(tail_).ends_with(kHttp.substr(0, missing));
}

void RequestParser::begin_value() {
  const std::string_view name = name_.view();
  field_ = Field::ignored;
  switch (name.size()) {
    case 4:
      if (equals_ignoring_case(name, "host")) field_ = Field::host;
      break;
    case 6:
      if (equals_ignoring_case(name, "expect")) field_ = Field::expect;
      break;
    case 12:
      if (equals_ignoring_case(name, "x-request-id")) field_ = Field::request_id;
      break;
    case 17:
      if (equals_ignoring_case(name, "transfer-encoding")) field_ = Field::transfer_encoding;
      break;
    default:
      break;
  }
  name_.clear();
  value_.clear();
}

void RequestParser::end_value() {
  const std::string_view value = trim(value_.view());
  switch (field_) {
    case Field::ignored:
      return;
    case Field::host:
      on_host(value);
      break;
    case Field::expect:
      head_.expectation = equals_ignoring_case(value, "100-continue") ? RequestHead::Expectation::continue_100
                                                                      : RequestHead::Expectation::unknown;
      break;
    case Field::request_id:
      header_id_ = has_request_id_ ? RequestId{.value = std::nullopt, .malformed = true} : parse_request_id(value);
      has_request_id_ = true;
      break;
    case Field::transfer_encoding:
      on_transfer_encoding(value);
      break;
  }
  field_ = Field::ignored;
  value_.clear();
}

// What cannot stand in "host[:port]" makes the field useless: counted as a second one, so it is refused.
void RequestParser::on_host(std::string_view value) {
  ++hosts_;
  if (value.find_first_of(" \t,/?#@\\") != std::string_view::npos) ++hosts_;
}

void RequestParser::on_transfer_encoding(std::string_view value) {
  has_transfer_encoding_ = true;
  for (;;) {
    const std::size_t comma = value.find(',');
    on_coding(trim(value.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

void RequestParser::on_coding(std::string_view coding) {
  if (coding.empty()) return;
  last_coding_is_chunked_ = equals_ignoring_case(coding, "chunked");
  ++(last_coding_is_chunked_ ? chunked_codings_ : other_codings_);
}

int RequestParser::check_head() {
  if (!has_version_) return 400;
  if (llhttp_.http_major != 1) return 505;
  head_.minor_version = llhttp_.http_minor;
  if (hosts_ > 1 || (hosts_ == 0 && head_.minor_version >= 1)) return 400;
  if (const int status = check_framing(); status != 0) return status;
  if (!take_target()) return 400;
  head_.id = find_request_id(head_.query);
  if (!head_.id.value && !head_.id.malformed) head_.id = header_id_;
  head_.chunked = has_transfer_encoding_;
  head_.content_length = head_.chunked ? 0 : llhttp_.content_length;
  head_.has_body = head_.chunked || head_.content_length > 0;
  head_.keep_alive = (llhttp_.flags & F_CONNECTION_CLOSE) == 0 &&
                     (head_.minor_version >= 1 || (llhttp_.flags & F_CONNECTION_KEEP_ALIVE) != 0);
  if (head_.minor_version == 0) head_.expectation = RequestHead::Expectation::none;  // RFC 9110 section 10.1.1
  return 0;
}

// RFC 9112 sections 6.1 and 6.3: a body whose end two readers could see in different places is refused.
int RequestParser::check_framing() const noexcept {
  if (!has_transfer_encoding_) return llhttp_.content_length > body_limit_ ? 413 : 0;
  if ((llhttp_.flags & F_CONTENT_LENGTH) != 0 || head_.minor_version == 0) return 400;
  if (!last_coding_is_chunked_ || chunked_codings_ > 1 || (llhttp_.flags & F_CHUNKED) == 0) return 400;
  return other_codings_ > 0 ? 501 : 0;
}

bool RequestParser::take_target() {
  const std::string_view url = url_.view();
  if (llhttp_.method == HTTP_CONNECT || (llhttp_.method == HTTP_OPTIONS && url == "*")) {
    head_.path = url;  // authority-form and asterisk-form: no path of ours
    return true;
  }
  const std::optional<RequestTarget> target = split_target(url);
  if (!target) return false;
  head_.path = target->path;
  head_.query = target->query;
  return true;
}

}  // namespace interleave
