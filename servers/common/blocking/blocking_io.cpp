#include "servers/common/blocking/blocking_io.hpp"

#include <cerrno>
#include <ctime>
#include <thread>
#include <variant>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/file_read.hpp"

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

std::error_code wait_for(int fd, short events, TimePoint deadline, const WakeEvent* stop) {
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

TimePoint RequestSession::begin_wait() {
  if (!wait_) wait_ = std::get<ReadOp>(session_.next(now()));  // a fresh session has nothing else to do
  return wait_->deadline;
}

void RequestSession::end_wait(std::error_code why) {
  wait_.reset();
  if (!why) return session_.complete_read({});
  if (why != std::errc::timed_out) client_error_ = why;
  session_.complete({.bytes = 0, .error = why});
}

std::error_code BlockingIo::serve(Session& session, int client) {
  RequestSession whole(session, client);
  for (IoOp op = session.next(now()); !is_close(op); op = session.next(now())) perform(op, whole);
  return whole.client_error_;
}

RequestSession::Outcome BlockingIo::serve_request(RequestSession& request) {
  using Outcome = RequestSession::Outcome;
  if (request.wait_) {
    perform(*request.wait_, request);
    request.wait_.reset();
  }
  for (;;) {
    const IoOp op = request.session_.next(now());
    if (is_close(op)) return Outcome::ended;
    if (std::holds_alternative<BoundaryOp>(op)) {
      request.session_.complete({});
      return Outcome::has_next;
    }
    if (const auto* read = std::get_if<ReadOp>(&op); read != nullptr && read->idle) {
      request.wait_ = *read;
      return Outcome::waits;
    }
    perform(op, request);
  }
}

void BlockingIo::perform(const IoOp& op, RequestSession& request) {
  if (const auto* read = std::get_if<ReadOp>(&op)) return perform(*read, request);
  if (const auto* write = std::get_if<WriteOp>(&op)) return perform(*write, request);
  if (const auto* calls = std::get_if<BackendOp>(&op)) return perform(*calls, request);
  if (const auto* file = std::get_if<FileReadOp>(&op)) return request.session_.complete(read_file(*file));
  if (const auto* sleep = std::get_if<SleepOp>(&op)) std::this_thread::sleep_for(sleep->duration);
  request.session_.complete({});  // after a boundary the same thread goes on
}

void BlockingIo::perform(const ReadOp& op, RequestSession& request) {
  Session& session = request.session_;
  for (;;) {
    if (const auto error = wait_for(request.client_, POLLIN, op.deadline, &stop_)) {
      if (error == std::errc::operation_canceled) session.drain();
      return session.complete({.bytes = 0, .error = error});
    }
    const ssize_t received = ::recv(request.client_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (received >= 0) return session.complete_read(std::span(buffer_).first(static_cast<std::size_t>(received)));
    if (would_block() || errno == EINTR) continue;
    request.client_error_ = last_error();
    return session.complete({.bytes = 0, .error = request.client_error_});
  }
}

void BlockingIo::perform(const WriteOp& op, RequestSession& request) {
  const auto error = send_all(request.client_, op.bytes, op.deadline);
  if (error) request.client_error_ = error;
  request.session_.complete({.bytes = error ? 0 : op.bytes.size(), .error = error});
}

// Calls that may overlap are made one after another: one thread, one wait at a time.
void BlockingIo::perform(const BackendOp& op, RequestSession& request) {
  for (BackendCall& call : op.calls) backend_.perform(call, op.deadline);
  request.session_.complete({});
}

}  // namespace interleave
