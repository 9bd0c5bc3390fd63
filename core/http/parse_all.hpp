// Test support: runs a parser over a text cut into pieces and writes down what came of it.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/request_parser.hpp"

namespace interleave {

inline constexpr std::size_t kTestHeadLimit = 256;
inline constexpr std::size_t kTestBodyLimit = 100;

// "GET /path?query id=7 close | ..." one entry per request; "408"-like statuses for a failure; "..." if the last
// request is not complete.
inline std::string parse_all(const std::vector<std::string>& pieces) {
  RequestParser parser(kTestHeadLimit, kTestBodyLimit);
  std::string log;
  const auto describe = [&] {
    const RequestHead& head = parser.head();
    switch (head.method) {
      case Method::get:
        log += "GET ";
        break;
      case Method::head:
        log += "HEAD ";
        break;
      case Method::post:
        log += "POST ";
        break;
      case Method::other:
        log += "other ";
        break;
    }
    log += head.path;
    if (!head.query.empty()) log.append("?").append(head.query);
    if (head.id.value) log += " id=" + std::to_string(*head.id.value);
    if (head.id.malformed) log += " id=?";
    if (head.has_body) log += head.chunked ? " chunked" : " length=" + std::to_string(head.content_length);
    if (head.expectation == RequestHead::Expectation::continue_100) log += " expects-100";
    if (head.expectation == RequestHead::Expectation::unknown) log += " expects-?";
    log += head.keep_alive ? "" : " close";
  };
  for (const std::string& piece : pieces) {
    // A copy of its own, so that a view kept beyond the call is found by AddressSanitizer.
    const std::vector<char> own(piece.begin(), piece.end());
    std::string_view rest(own.data(), own.size());
    while (!rest.empty()) {
      const RequestParser::Result result = parser.parse(rest);
      rest.remove_prefix(result.consumed);
      if (result.event == RequestParser::Event::failed) return log + std::to_string(parser.status());
      if (result.event == RequestParser::Event::body_follows) describe();
      if (result.event != RequestParser::Event::complete) continue;
      if (!parser.head().has_body) describe();
      log += "|";
      parser.reset();
    }
  }
  return parser.started() ? log + "..." : log;
}

inline std::vector<std::string> cut_at(std::string_view text, std::size_t position) {
  return {std::string(text.substr(0, position)), std::string(text.substr(position))};
}

inline std::vector<std::string> byte_by_byte(std::string_view text) {
  std::vector<std::string> pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

}  // namespace interleave
