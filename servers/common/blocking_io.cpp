#include "servers/common/blocking_io.hpp"

#include <cerrno>
#include <ctime>
#include <variant>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"

namespace interleave {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

timespec remaining(TimePoint deadline) {
  const auto left = std::max(deadline - now(), Clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {.tv_sec = static_cast<time_t>(seconds.count()), .tv_nsec = static_cast<long>((left - seconds).count())};
}

}  // namespace

std::error_code wait_for(int fd, short events, TimePoint deadline, const StopEvent* stop) {
  std::array<pollfd, 2> entries{pollfd{fd, events, 0}, pollfd{stop != nullptr ? stop->fd() : -1, POLLIN, 0}};
  for (;;) {
    timespec timeout{};
    if (deadline != kNever) timeout = remaining(deadline);
    const int ready = ::ppoll(entries.data(), entries.size(), deadline == kNever ? nullptr : &timeout, nullptr);
    if (ready == 0) return std::make_error_code(std::errc::timed_out);
    if (ready < 0 && errno != EINTR) return last_error();
    if (ready < 0) continue;
    if (entries[1].revents != 0) return std::make_error_code(std::errc::operation_canceled);
    return {};  // errors and hang-ups too: the read or write that follows says which
  }
}

std::error_code send_all(int fd, std::span<const std::byte> bytes, TimePoint deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (would_block()) {
      if (const auto error = wait_for(fd, POLLOUT, deadline)) return error;
    } else if (errno != EINTR) {
      return last_error();
    }
  }
  return {};
}

void close_client(UniqueFd client) {
  constexpr int kDiscardAtMost = 64;  // buffers; a client that still sends gets its reset
  ::shutdown(client.get(), SHUT_WR);
  std::array<std::byte, 4096> discarded;
  for (int i = 0; i < kDiscardAtMost; ++i) {
    if (::recv(client.get(), discarded.data(), discarded.size(), MSG_DONTWAIT) <= 0) return;
  }
}

void BlockingBackend::perform(BackendCall& call, TimePoint deadline) {
  call.error = exchange(call, deadline);
  if (call.error) fd_.reset();
}

std::error_code BlockingBackend::exchange(BackendCall& call, TimePoint deadline) {
  if (!fd_.valid()) {
    if (const auto error = connect(deadline)) return error;
  }
  const auto request = std::as_bytes(std::span(call.request));
  if (const auto error = send_all(fd_.get(), request, deadline)) return error;
  return read_reply(call, deadline);
}

std::error_code BlockingBackend::connect(TimePoint deadline) {
  try {
    fd_ = start_connect_tcp(endpoint_);
  } catch (const std::system_error& error) {
    return error.code();
  }
  reader_ = ReplyReader();
  if (const auto error = wait_for(fd_.get(), POLLOUT, deadline)) return error;
  return {socket_error(fd_.get()), std::generic_category()};
}

std::error_code BlockingBackend::read_reply(BackendCall& call, TimePoint deadline) {
  for (;;) {
    if (const auto error = wait_for(fd_.get(), POLLIN, deadline)) return error;
    const ssize_t received = ::recv(fd_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (received < 0 && (would_block() || errno == EINTR)) continue;
    if (received < 0) return last_error();
    if (received == 0) return std::make_error_code(std::errc::connection_reset);
    if (!reader_.feed(std::span(buffer_).first(static_cast<std::size_t>(received)))) {
      return std::make_error_code(std::errc::protocol_error);
    }
    if (const auto reply = reader_.next()) {
      call.reply_bytes = reply->bytes;
      return reply->kind == Reply::Kind::bulk ? std::error_code{} : std::make_error_code(std::errc::protocol_error);
    }
    if (reader_.failed()) return std::make_error_code(std::errc::protocol_error);
  }
}

std::error_code BlockingIo::serve(Session& session, int client) {
  client_error_.clear();
  for (IoOp op = session.next(now()); !is_close(op); op = session.next(now())) {
    if (const auto* read = std::get_if<ReadOp>(&op)) {
      perform(*read, session, client);
    } else if (const auto* write = std::get_if<WriteOp>(&op)) {
      perform(*write, session, client);
    } else {
      perform(std::get<BackendOp>(op), session);
    }
  }
  return client_error_;
}

void BlockingIo::perform(const ReadOp& op, Session& session, int client) {
  for (;;) {
    if (const auto error = wait_for(client, POLLIN, op.deadline, &stop_)) {
      if (error == std::errc::operation_canceled) session.drain();
      return session.complete({.bytes = 0, .error = error});
    }
    const ssize_t received = ::recv(client, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (received >= 0) return session.complete_read(std::span(buffer_).first(static_cast<std::size_t>(received)));
    if (would_block() || errno == EINTR) continue;
    client_error_ = last_error();
    return session.complete({.bytes = 0, .error = client_error_});
  }
}

void BlockingIo::perform(const WriteOp& op, Session& session, int client) {
  const auto error = send_all(client, op.bytes, op.deadline);
  if (error) client_error_ = error;
  session.complete({.bytes = error ? 0 : op.bytes.size(), .error = error});
}

// Calls that may overlap are made one after another: one thread, one wait at a time.
void BlockingIo::perform(const BackendOp& op, Session& session) {
  for (BackendCall& call : op.calls) backend_.perform(call, op.deadline);
  session.complete({});
}

}  // namespace interleave
