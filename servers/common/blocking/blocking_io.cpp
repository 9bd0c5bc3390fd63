#include "servers/common/blocking/blocking_io.hpp"

#include <algorithm>
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

void set_receive_timeout(int fd, std::chrono::milliseconds timeout) {
  timeout = std::max(timeout, std::chrono::milliseconds(1));  // 0 would be for ever
  const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
  const timeval value{.tv_sec = seconds.count(), .tv_usec = std::chrono::microseconds(timeout - seconds).count()};
  (void)::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);  // cannot fail on a socket
}

// Sends what there is room for and takes it off `bytes`.
std::error_code send_some(int fd, std::span<const std::byte>& bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (would_block()) {
      break;
    } else if (errno != EINTR) {
      return last_error();
    }
  }
  return {};
}

std::error_code send_all(int fd, std::span<const std::byte> bytes, TimePoint deadline) {
  for (;;) {
    if (const auto error = send_some(fd, bytes)) return error;
    if (bytes.empty()) return {};
    if (const auto error = wait_for(fd, POLLOUT, deadline)) return error;
  }
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
  return serve(session, client, trace_.accepted());
}

std::error_code BlockingIo::serve(Session& session, int client, std::uint32_t trace_id) {
  RequestSession whole(session, client, trace_id);
  for (IoOp op = session.next(now()); !is_close(op); op = session.next(now())) perform(op, whole);
  trace_.record(trace_id, TraceState::closed);
  return whole.client_error_;
}

RequestSession::Outcome BlockingIo::serve_request(RequestSession& request) {
  trace_.record(request.trace_id_, TraceState::running);
  if (request.wait_) {
    (void)receive(*request.wait_, request, Arrival::seen);
    request.wait_.reset();
  }
  const RequestSession::Outcome outcome = run_request(request);
  const bool ended = outcome == RequestSession::Outcome::ended;
  trace_.record(request.trace_id_, ended ? TraceState::closed : TraceState::idle);
  return outcome;
}

RequestSession::Outcome BlockingIo::run_request(RequestSession& request) {
  using Outcome = RequestSession::Outcome;
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
  if (const auto* file = std::get_if<FileReadOp>(&op)) return perform(*file, request);
  if (const auto* sleep = std::get_if<SleepOp>(&op)) return perform(*sleep, request);
  request.session_.complete({});  // after a boundary the same thread goes on
}

void BlockingIo::perform(const ReadOp& op, RequestSession& request) {
  if (op.idle) {
    trace_.record(request.trace_id_, TraceState::idle);
    const Arrival arrival = idle_wait_ == IdleWait::in_recv ? Arrival::in_recv : Arrival::awaited;
    if (receive(op, request, arrival)) trace_.record(request.trace_id_, TraceState::running);
  } else {
    trace_.waiting(request.trace_id_, TraceOp::read);
    if (receive(op, request)) trace_.running_after_held_wait(request.trace_id_);
  }
}

// Bytes that were seen are read at once: a poll before would be a system call for what is known. After a recv that
// waited in vain, poll tells a deadline from a stop.
bool BlockingIo::receive(const ReadOp& op, RequestSession& request, Arrival arrival) {
  Session& session = request.session_;
  for (;; arrival = Arrival::awaited) {
    const auto error =
        arrival == Arrival::awaited ? wait_for(request.client_, POLLIN, op.deadline, &stop_) : std::error_code();
    if (error) {
      if (error == std::errc::operation_canceled) session.drain();
      session.complete({.bytes = 0, .error = error});
      return false;
    }
    const int flags = arrival == Arrival::in_recv ? 0 : MSG_DONTWAIT;
    const ssize_t received = ::recv(request.client_, buffer_.data(), buffer_.size(), flags);
    if (received == 0 && arrival == Arrival::in_recv) continue;  // the client's end, or ours
    if (received >= 0) {
      session.complete_read(std::span(buffer_).first(static_cast<std::size_t>(received)));
      return received > 0;
    }
    if (would_block() || errno == EINTR) continue;
    request.client_error_ = last_error();
    session.complete({.bytes = 0, .error = request.client_error_});
    return false;
  }
}

// Handing bytes to a socket that has room is work; only a full socket is waited for.
void BlockingIo::perform(const WriteOp& op, RequestSession& request) {
  std::span<const std::byte> rest = op.bytes;
  std::error_code error = send_some(request.client_, rest);
  if (!error && !rest.empty()) {
    trace_.waiting(request.trace_id_, TraceOp::write);
    error = send_all(request.client_, rest, op.deadline);
    trace_.running_after_held_wait(request.trace_id_);
  }
  if (error) request.client_error_ = error;
  request.session_.complete({.bytes = error ? 0 : op.bytes.size(), .error = error});
}

// Calls that may overlap are made one after another: one thread, one wait at a time.
void BlockingIo::perform(const BackendOp& op, RequestSession& request) {
  trace_.waiting(request.trace_id_, TraceOp::backend);
  for (BackendCall& call : op.calls) backend_.perform(call, op.deadline);
  trace_.running_after_held_wait(request.trace_id_);
  request.session_.complete({});
}

void BlockingIo::perform(const FileReadOp& op, RequestSession& request) {
  trace_.waiting(request.trace_id_, TraceOp::file);
  const IoResult result = read_file(op);
  trace_.running_after_held_wait(request.trace_id_);
  request.session_.complete(result);
}

void BlockingIo::perform(const SleepOp& op, RequestSession& request) {
  trace_.waiting(request.trace_id_, TraceOp::sleep);
  std::this_thread::sleep_for(op.duration);
  trace_.running_after_held_wait(request.trace_id_);
  request.session_.complete({});
}

}  // namespace interleave
