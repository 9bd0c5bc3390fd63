#include "harness/trial/http_reply.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

namespace interleave {
namespace {

constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::size_t kStatusDigits = 3;
constexpr std::size_t kQuotedBytes = 60;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc{} && end == text.data() + text.size();
  return good ? std::optional(value) : std::nullopt;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// "HTTP/1.1 200 OK". Throws NoReply.
int status_of(std::string_view line) {
  const auto status = line.starts_with(kVersion) && line.size() >= kVersion.size() + kStatusDigits
                          ? whole_number<int>(line.substr(kVersion.size(), kStatusDigits))
                          : std::nullopt;
  if (!status || *status < 100) throw NoReply(fmt::format("got no HTTP/1.1 reply, but {}", in_quotes(line)));
  return *status;
}

bool has_no_body(int status, ReplyTo to) {
  return to == ReplyTo::head || status < 200 || status == 204 || status == 304;
}

// nullopt: unknown until the stream ends.
std::optional<std::size_t> body_length(const StreamReply& reply, ReplyTo to) {
  if (has_no_body(reply.status, to)) return 0;
  const auto header = reply.header("content-length");
  if (!header) return std::nullopt;
  const auto length = whole_number<std::size_t>(*header);
  if (!length) throw NoReply(fmt::format("got the Content-Length {}", in_quotes(*header)));
  return length;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<std::string_view> StreamReply::header(std::string_view name) const noexcept {
  std::string_view rest = head;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(kLineEnd), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + kLineEnd.size(), rest.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name)) continue;
    return trimmed(line.substr(colon + 1));
  }
  return std::nullopt;
}

std::optional<StreamReply> take_reply(std::string& stream, ReplyTo to, bool ended) {
  const std::size_t line_end = stream.find(kLineEnd);
  const std::size_t head_end = stream.find(kHeadEnd);
  if (head_end == std::string::npos) {
    if (ended && !stream.empty())
      throw NoReply(fmt::format("got the end of the connection after {}", in_quotes(stream)));
    return std::nullopt;
  }
  StreamReply reply;
  reply.status = status_of(std::string_view(stream).substr(0, line_end));
  reply.head = stream.substr(line_end + kLineEnd.size(), head_end - line_end);
  const std::size_t begin = head_end + kHeadEnd.size();
  const std::size_t there = stream.size() - begin;
  const auto length = body_length(reply, to);
  if (!length && !ended) return std::nullopt;
  if (length && there < *length) {
    if (ended) throw NoReply(fmt::format("got {} bytes of a body of {}, then the end", there, *length));
    return std::nullopt;
  }
  reply.body = stream.substr(begin, length.value_or(there));
  stream.erase(0, begin + reply.body.size());
  return reply;
}

std::string in_quotes(std::string_view bytes) {
  std::string text = "'";
  for (const char c : bytes.substr(0, kQuotedBytes)) text += c >= ' ' && c <= '~' ? c : '.';
  return text + (bytes.size() > kQuotedBytes ? "...'" : "'");
}

}  // namespace interleave
