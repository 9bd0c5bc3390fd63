#include "backend/connection.hpp"

#include <array>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace interleave {
namespace {

// Beyond either, no further commands are read. A single reply may exceed the bytes.
constexpr std::size_t kMaxPending = 1024;
constexpr std::size_t kMaxQueuedBytes = kMaxReplyBytes;

bool is_transient(int error) noexcept {
  return error == EAGAIN || error == EINTR;
}

}  // namespace

bool Connection::has_room() const noexcept {
  return pending_.size() < kMaxPending && pending_.bytes() + outbox_.size() < kMaxQueuedBytes;
}

std::uint32_t Connection::wanted_events() const noexcept {
  std::uint32_t events = 0;
  if (!finishing_ && has_room()) events |= EPOLLIN;
  if (!outbox_.empty()) events |= EPOLLOUT;
  return events;
}

bool Connection::receive(std::span<std::byte> scratch, const ArrivalClock& clock) {
  alignas(cmsghdr) std::array<std::byte, 64> control;
  iovec buffer{scratch.data(), scratch.size()};
  msghdr message{};
  message.msg_iov = &buffer;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(fd_.get(), &message, 0);
  if (size < 0) return is_transient(errno);
  arrived_ = clock.arrival(message, now());
  // A refusal by the reader is seen through broke_protocol().
  static_cast<void>(reader_.feed(scratch.first(static_cast<std::size_t>(size))));
  return size > 0;
}

std::optional<std::span<const std::string_view>> Connection::next_command() {
  if (finishing_ || !has_room()) return std::nullopt;
  return reader_.next();
}

bool Connection::send(std::string_view bytes) {
  if (outbox_.empty()) {
    const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && !is_transient(errno)) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  outbox_ += bytes;
  return true;
}

void Connection::reset_on_close() noexcept {
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool Connection::flush() {
  if (outbox_.empty()) return true;
  const ssize_t sent = ::send(fd_.get(), outbox_.data(), outbox_.size(), MSG_NOSIGNAL);
  if (sent < 0) return is_transient(errno);
  outbox_.erase(0, static_cast<std::size_t>(sent));
  return true;
}

}  // namespace interleave
