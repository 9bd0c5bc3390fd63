#include "servers/epoll_minimal/epoll_stream.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include "core/net/socket.hpp"

namespace interleave {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}
bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

EpollStream::EpollStream(EpollContext& context, StreamEvents& events, UniqueFd accepted)
    : context_(context), events_(events), socket_(std::move(accepted)) {}

EpollStream::EpollStream(EpollContext& context, StreamEvents& events, const Endpoint& connect_to)
    : context_(context), events_(events), connecting_(true) {
  try {
    socket_ = start_connect_tcp(connect_to);
    want(EPOLLOUT);
  } catch (const std::system_error& error) {
    connect_error_ = error.code();
    context_.closed.push_back(this);
  }
}

void EpollStream::tell_closed() {
  if (connect_error_) events_.connected(connect_error_);  // the owner answers with close()
  events_.closed();
}

void EpollStream::want(std::uint32_t events) {
  if (watched_ && events == wanted_) return;
  wanted_ = events;
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  ::epoll_ctl(context_.epoll, watched_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket_.get(), &event);
  watched_ = true;
}

void EpollStream::start_receiving() {
  want(wanted_ | EPOLLIN);
}
void EpollStream::stop_receiving() {
  want(wanted_ & ~std::uint32_t{EPOLLIN});
}

void EpollStream::on_ready(std::uint32_t ready) {
  if (!socket_.valid()) return;  // closed earlier in this batch
  if (connecting_) {
    connecting_ = false;
    want(0);
    set_no_delay(socket_.get());
    return events_.connected({socket_error(socket_.get()), std::generic_category()});
  }
  const bool ended = (ready & (EPOLLHUP | EPOLLERR)) != 0;
  if (ended && wanted_ == 0) {
    // Reported whether wanted or not, again and again: look away until somebody asks.
    ::epoll_ctl(context_.epoll, EPOLL_CTL_DEL, socket_.get(), nullptr);
    watched_ = false;
    return;
  }
  if ((wanted_ & EPOLLOUT) != 0 && (ended || (ready & EPOLLOUT) != 0)) send_rest();
  if (socket_.valid() && (wanted_ & EPOLLIN) != 0 && (ended || (ready & EPOLLIN) != 0)) receive();
}

void EpollStream::receive() {
  const ssize_t received = ::recv(socket_.get(), context_.read_buffer.data(), context_.read_buffer.size(), 0);
  if (received > 0) return events_.received(context_.read_buffer.first(static_cast<std::size_t>(received)));
  if (received < 0 && would_block()) return;
  const std::error_code error = received < 0 ? last_error() : std::error_code{};
  stop_receiving();
  events_.receiving_ended(error);
}

std::optional<std::error_code> EpollStream::send(std::span<const std::byte> bytes) {
  const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return std::error_code{};
  if (sent < 0 && !would_block()) return last_error();
  unsent_ = bytes.subspan(sent < 0 ? 0 : static_cast<std::size_t>(sent));
  want(wanted_ | EPOLLOUT);
  return std::nullopt;
}

void EpollStream::send_rest() {
  const ssize_t sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0 && would_block()) return;
  const std::error_code error = sent < 0 ? last_error() : std::error_code{};
  if (!error) unsent_ = unsent_.subspan(static_cast<std::size_t>(sent));
  if (!error && !unsent_.empty()) return;
  want(wanted_ & ~std::uint32_t{EPOLLOUT});
  events_.sent(error);
}

void EpollStream::finish_sending() {
  ::shutdown(socket_.get(), SHUT_WR);
}

void EpollStream::close() {
  connect_error_.clear();
  if (!socket_.valid()) return;
  socket_.reset();  // epoll forgets a closed socket by itself
  context_.closed.push_back(this);
}

}  // namespace interleave
