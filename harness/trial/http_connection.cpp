#include "harness/trial/http_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"

namespace interleave {
namespace {

constexpr std::chrono::milliseconds kPause{2};
constexpr std::size_t kMostBytes = 1U << 20U;  // no reply here is longer

UniqueFd connect(const Endpoint& server) {
  try {
    return connect_tcp(server, Blocking::no);
  } catch (const std::system_error& error) {
    throw NoReply(fmt::format("cannot connect: {}", error.code().message()));
  }
}

}  // namespace

HttpConnection::HttpConnection(const Endpoint& server, TimePoint deadline, const Interrupt& interrupt)
    : fd_(connect(server)), deadline_(deadline), interrupt_(interrupt) {}

bool HttpConnection::wait_for(short events, TimePoint until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::min(until, deadline_) - now()).count();
  std::array<pollfd, 2> waiting{{{fd_.get(), events, 0}, {interrupt_.wake_fd(), POLLIN, 0}}};
  const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
  interrupt_.check();
  return ready > 0 && waiting[0].revents != 0;
}

void HttpConnection::receive() {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) {
    stream_.append(buffer.data(), static_cast<std::size_t>(got));
    if (stream_.size() > kMostBytes) throw NoReply("got a reply that does not end");
  } else if (got == 0) {
    ended_ = true;
  } else if (errno != EAGAIN && errno != EINTR) {
    ended_ = reset_ = true;
  }
}

void HttpConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      return;
    } else if (!wait_for(POLLOUT, deadline_)) {
      throw NoReply("the server stopped reading the request, and does not answer");
    }
  }
}

void HttpConnection::pause() {
  if (!ended_ && wait_for(POLLIN, now() + kPause)) receive();
}

StreamReply HttpConnection::reply(ReplyTo to) {
  for (;;) {
    if (auto reply = take_reply(stream_, to, ended_)) return *std::move(reply);
    if (ended_) throw NoReply(reset_ ? "got a reset of the connection" : "got the end of the connection");
    if (!wait_for(POLLIN, deadline_)) {
      throw NoReply(stream_.empty() ? "got no reply in time" : "got in time only " + in_quotes(stream_));
    }
    receive();
  }
}

void HttpConnection::expect_end() {
  while (stream_.empty() && !ended_) {
    if (!wait_for(POLLIN, deadline_)) throw NoReply("wanted the end of the connection, but it stays open");
    receive();
  }
  if (stream_.empty()) return;
  throw NoReply(
      fmt::format("wanted the end of the connection, got {} bytes more: {}", stream_.size(), in_quotes(stream_)));
}

}  // namespace interleave
