#include "servers/common/blocking/backend_pool.hpp"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/blocking/blocking_io.hpp"

namespace interleave {
namespace {

std::error_code last_error() {
  return {errno, std::generic_category()};
}

}  // namespace

BlockingBackendPool::BlockingBackendPool(Endpoint endpoint, std::size_t max_connections, std::size_t max_waiting)
    : endpoint_(std::move(endpoint)), pool_(max_connections, max_waiting) {}

BlockingBackendPool::~BlockingBackendPool() = default;

void BlockingBackendPool::perform(BackendCall& call, TimePoint deadline) {
  BlockingBackend* backend = nullptr;
  call.error = acquire(deadline, backend);
  if (call.error) return;
  call.error = backend->perform(call, deadline);
  release(*backend);  // a closed connection keeps its place and is opened again when it is next used
}

std::error_code BlockingBackendPool::acquire(TimePoint deadline, BlockingBackend*& backend) {
  using Verdict = CallPool<BlockingBackend, Waiter>::Verdict;
  Waiter waiter;
  {
    const std::lock_guard lock(mutex_);
    const auto grant = pool_.acquire(waiter);
    if (grant.verdict == Verdict::reject) return std::make_error_code(std::errc::resource_unavailable_try_again);
    if (grant.verdict == Verdict::connect) {
      backends_.push_back(std::make_unique<BlockingBackend>(endpoint_));
      backend = backends_.back().get();
      return {};
    }
    if (grant.verdict == Verdict::use) {
      backend = grant.connection;
      return {};
    }
  }
  const bool granted = waiter.granted.try_acquire_until(deadline);
  // The lock also when granted: the waiter may not go while release() still touches it.
  const std::lock_guard lock(mutex_);
  if (!granted && pool_.cancel(waiter)) return std::make_error_code(std::errc::timed_out);
  backend = waiter.backend;
  return {};
}

void BlockingBackendPool::release(BlockingBackend& backend) {
  const std::lock_guard lock(mutex_);
  if (Waiter* next = pool_.release(backend)) {
    next->backend = &backend;
    next->granted.release();
  }
}

std::error_code BlockingBackend::perform(BackendCall& call, TimePoint deadline) {
  const std::error_code error = exchange(call, deadline);
  if (error) fd_.reset();
  return error;
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
    if (received < 0 && ((errno == EAGAIN || errno == EWOULDBLOCK) || errno == EINTR)) continue;
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

}  // namespace interleave
