#include "core/http/response.hpp"

#include <array>
#include <charconv>

namespace interleave {
namespace {

void append_number(std::string& out, std::size_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

void append_response_head(std::string& out, const ResponseHead& head) {
  if (head.status == 200) {
    out.append("HTTP/1.1 200 OK\r\nContent-Type: ");
  } else {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(head.status));
    out.append(" ").append(reason_phrase(head.status));
    if (head.status == 405) out.append("\r\nAllow: GET, HEAD, POST");
    if (head.status == 503) out.append("\r\nRetry-After: 1");
    out.append("\r\nContent-Type: ");
  }
  out.append(head.content_type).append("\r\nContent-Length: ");
  append_number(out, head.content_length);
  switch (head.persistence) {
    case Persistence::implied:
      out.append("\r\n\r\n");
      break;
    case Persistence::announced:
      out.append("\r\nConnection: keep-alive\r\n\r\n");
      break;
    case Persistence::close:
      out.append("\r\nConnection: close\r\n\r\n");
      break;
  }
}

void append_continue(std::string& out) {
  out.append("HTTP/1.1 100 Continue\r\n\r\n");
}

}  // namespace interleave
