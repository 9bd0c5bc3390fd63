#include "servers/common/libuv/uv_stream.hpp"

#include <algorithm>

namespace interleave {
namespace {

uv_buf_t buffer_of(std::span<const std::byte> bytes) {
  return uv_buf_init(const_cast<char*>(reinterpret_cast<const char*>(bytes.data())),
                     static_cast<unsigned>(bytes.size()));
}

UvStream& self(const void* data) {
  return *static_cast<UvStream*>(const_cast<void*>(data));
}

int address_of(const Endpoint& endpoint, sockaddr_storage& storage) {
  if (endpoint.address.find(':') != std::string::npos) {
    return uv_ip6_addr(endpoint.address.c_str(), endpoint.port, reinterpret_cast<sockaddr_in6*>(&storage));
  }
  return uv_ip4_addr(endpoint.address.c_str(), endpoint.port, reinterpret_cast<sockaddr_in*>(&storage));
}

}  // namespace

UvStream::UvStream(uv_loop_t& loop, StreamEvents& events, std::span<std::byte> read_buffer)
    : loop_(loop), events_(events), read_buffer_(read_buffer) {
  uv_tcp_init(&loop_, &handle_);
  handle_.data = this;
}

void UvStream::connect(const Endpoint& endpoint) {
  sockaddr_storage address{};
  connect_request_.data = this;
  int status = address_of(endpoint, address);
  if (status == 0) {
    status = uv_tcp_connect(&connect_request_, &handle_, reinterpret_cast<const sockaddr*>(&address),
                            [](uv_connect_t* request, int result) { self(request->data).on_connect(result); });
  }
  if (status == 0) return;
  connect_error_ = status;  // told by on_closed(): an event never comes from within a call to the stream
  begin_close();
}

void UvStream::on_connect(int status) {
  if (status == UV_ECANCELED) return;  // closed meanwhile
  if (status == 0) set_no_delay();
  events_.connected(status == 0 ? std::error_code{} : uv_error(status));
}

void UvStream::start_receiving() {
  uv_read_start(
      handle(),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = buffer_of(self(handle->data).read_buffer_);
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t*) { self(stream->data).on_read(size); });
}

void UvStream::stop_receiving() {
  uv_read_stop(handle());
}

void UvStream::on_read(ssize_t size) {
  if (size > 0) return events_.received(read_buffer_.first(static_cast<std::size_t>(size)));
  if (size == 0) return;  // nothing to read after all
  stop_receiving();
  events_.receiving_ended(size == UV_EOF ? std::error_code{} : uv_error(static_cast<int>(size)));
}

std::optional<std::error_code> UvStream::send(std::span<const std::byte> bytes) {
  uv_buf_t buffer = buffer_of(bytes);
  const int sent = uv_try_write(handle(), &buffer, 1);
  if (sent == static_cast<int>(bytes.size())) return std::error_code{};
  if (sent < 0 && sent != UV_EAGAIN) return uv_error(sent);
  buffer = buffer_of(bytes.subspan(static_cast<std::size_t>(std::max(sent, 0))));
  write_request_.data = this;
  const int status = uv_write(&write_request_, handle(), &buffer, 1, [](uv_write_t* request, int result) {
    if (result == UV_ECANCELED) return;
    self(request->data).events_.sent(result == 0 ? std::error_code{} : uv_error(result));
  });
  if (status < 0) return uv_error(status);
  return std::nullopt;
}

void UvStream::finish_sending() {
  uv_shutdown(&shutdown_request_, handle(), [](uv_shutdown_t*, int) {});
}

void UvStream::close() {
  close_wanted_ = true;
  begin_close();
}

void UvStream::begin_close() {
  auto* handle = reinterpret_cast<uv_handle_t*>(&handle_);
  if (uv_is_closing(handle)) return;
  uv_close(handle, [](uv_handle_t* closed) { self(closed->data).on_closed(); });
}

void UvStream::on_closed() {
  if (!close_wanted_) events_.connected(uv_error(connect_error_));  // the owner answers with close()
  events_.closed();
}

}  // namespace interleave
