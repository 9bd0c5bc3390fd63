#include "harness/trial/http_probe.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "harness/trial/http_reply.hpp"

namespace interleave {
namespace {

constexpr std::size_t kMaxResponse = 16U << 20U;

void wait_until_readable(int fd, TimePoint deadline, const Interrupt& interrupt) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
  std::array<pollfd, 2> waiting{{{fd, POLLIN, 0}, {interrupt.wake_fd(), POLLIN, 0}}};
  const int timeout = static_cast<int>(std::min<std::int64_t>(left, 3'600'000));
  if (left <= 0 || ::poll(waiting.data(), waiting.size(), timeout) == 0) {
    throw std::system_error(std::make_error_code(std::errc::timed_out), "no reply");
  }
  interrupt.check();
}

// False: the peer has closed.
bool receive_some(int fd, std::string& into) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && errno != EAGAIN && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "no reply");
  if (got > 0) into.append(buffer.data(), static_cast<std::size_t>(got));
  return got != 0;
}

// nullopt: no such header, or no number.
std::optional<std::size_t> content_length(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), "content-length")) continue;
    const std::string_view value = line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
    std::size_t length = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (error == std::errc{} && stop == value.data() + value.size()) return length;
  }
  return std::nullopt;
}

bool is_complete(std::string_view response) {
  const std::size_t head_end = response.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return false;
  const auto length = content_length(response.substr(0, head_end + 2));
  return length && response.size() >= head_end + 4 + *length;
}

}  // namespace

std::optional<HttpReply> split_response(std::string_view text) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const std::size_t head_end = text.find("\r\n\r\n");
  if (!text.starts_with(kVersion) || head_end == std::string_view::npos) return std::nullopt;
  HttpReply reply;
  const char* const code = text.data() + kVersion.size();
  const auto [end, error] = std::from_chars(code, code + 3, reply.status);
  if (error != std::errc{} || end != code + 3) return std::nullopt;
  const auto length = content_length(text.substr(0, head_end + 2));
  reply.body = text.substr(head_end + 4);
  if (length && *length != reply.body.size()) return std::nullopt;
  return reply;
}

std::string get_request(const Endpoint& server, std::string_view target) {
  std::string request = "GET ";
  request += target;
  request += " HTTP/1.1\r\nHost: ";
  request += to_string(server);
  request += "\r\nConnection: close\r\n\r\n";
  return request;
}

HttpReply http_get(const Endpoint& server, std::string_view target, TimePoint deadline, const Interrupt& interrupt) {
  const UniqueFd fd = connect_tcp(server, Blocking::no);
  const std::string request = get_request(server, target);
  // A request is smaller than any socket buffer: it goes out in one piece or not at all.
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    throw std::system_error(errno, std::generic_category(), "cannot send the request");
  }
  // Complete with the length its head promises; without one, where the stream ends.
  std::string response;
  bool open = true;
  while (open && !is_complete(response)) {
    if (response.size() > kMaxResponse) throw std::runtime_error("the reply does not end");
    wait_until_readable(fd.get(), deadline, interrupt);
    open = receive_some(fd.get(), response);
  }
  auto reply = split_response(response);
  if (!reply)
    throw std::runtime_error("no complete HTTP/1.1 response, but " + std::to_string(response.size()) + " bytes");
  return *std::move(reply);
}

}  // namespace interleave
