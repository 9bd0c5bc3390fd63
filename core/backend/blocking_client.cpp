#include "core/backend/blocking_client.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"

namespace interleave {
namespace {

[[noreturn]] void throw_error(std::errc error) {
  throw std::system_error(std::make_error_code(error), "the backend did not answer");
}

void wait_until_ready(int fd, short events, TimePoint deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    if (left <= 0) throw_error(std::errc::timed_out);
    pollfd waiting{fd, events, 0};
    const auto timeout = std::min<decltype(left)>(left, std::numeric_limits<int>::max());
    if (::poll(&waiting, 1, static_cast<int>(timeout)) > 0) return;
  }
}

bool would_block(int error) {
  return error == EAGAIN || error == EINTR;
}

}  // namespace

BlockingBackendClient::BlockingBackendClient(const Endpoint& endpoint, int connect_timeout_ms)
    : fd_(connect_tcp(endpoint, Blocking::no, connect_timeout_ms)) {}

std::string BlockingBackendClient::command(std::initializer_list<std::string_view> words, TimePoint deadline) {
  send_all(encode_command({words.begin(), words.size()}), deadline);
  for (;;) {
    if (const auto reply = reader_.next()) {
      std::string text(reader_.text());
      if (reply->kind == Reply::Kind::error) throw BackendError(text);
      return text;
    }
    if (reader_.failed()) throw_error(std::errc::protocol_error);
    receive_some(deadline);
  }
}

void BlockingBackendClient::send_all(std::string_view bytes, TimePoint deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && !would_block(errno)) throw_error(static_cast<std::errc>(errno));
    if (sent < 0) {
      wait_until_ready(fd_.get(), POLLOUT, deadline);
    } else {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
}

void BlockingBackendClient::receive_some(TimePoint deadline) {
  wait_until_ready(fd_.get(), POLLIN, deadline);
  std::array<std::byte, 4096> buffer;
  const ssize_t received = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (received == 0) throw_error(std::errc::connection_reset);
  if (received < 0 && !would_block(errno)) throw_error(static_cast<std::errc>(errno));
  // A refusal by the reader is seen by the caller, through failed().
  if (received > 0) static_cast<void>(reader_.feed({buffer.data(), static_cast<std::size_t>(received)}));
}

}  // namespace interleave
