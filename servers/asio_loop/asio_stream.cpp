#include "servers/asio_loop/asio_stream.hpp"

#include <utility>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace interleave {
namespace {

namespace asio = boost::asio;
using Allocator = HandlerAllocator<std::byte>;

std::error_code to_std(const boost::system::error_code& error) {
  return error;
}

}  // namespace

AsioStream::AsioStream(asio::ip::tcp::socket socket, StreamEvents& events)
    : socket_(std::move(socket)), events_(events) {}

void AsioStream::connect(const Endpoint& endpoint) {
  const asio::ip::tcp::endpoint address(asio::ip::make_address(endpoint.address), endpoint.port);
  ++handlers_;
  socket_.async_connect(address, [this](const boost::system::error_code& error) { on_connected(error); });
}

void AsioStream::on_connected(const boost::system::error_code& error) {
  if (handler_done()) return;
  boost::system::error_code ignored;
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  events_.connected(to_std(error));
}

void AsioStream::start_receiving() {
  receiving_ = true;
  if (!receive_pending_) receive();
}

void AsioStream::stop_receiving() {
  receiving_ = false;
}

void AsioStream::receive() {
  receive_pending_ = true;
  ++handlers_;
  socket_.async_read_some(
      asio::buffer(buffer_),
      asio::bind_allocator(Allocator(receive_memory_), [this](const boost::system::error_code& error,
                                                              std::size_t size) { on_received(error, size); }));
}

void AsioStream::on_received(const boost::system::error_code& error, std::size_t size) {
  receive_pending_ = false;
  if (handler_done()) return;
  if (error) {
    receiving_ = false;
    return events_.receiving_ended(error == asio::error::eof ? std::error_code{} : to_std(error));
  }
  events_.received(std::span(buffer_).first(size));
  if (!closed_ && receiving_ && !receive_pending_) receive();
}

std::optional<std::error_code> AsioStream::send(std::span<const std::byte> bytes) {
  ++handlers_;
  asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                    asio::bind_allocator(Allocator(send_memory_), [this](const boost::system::error_code& error,
                                                                         std::size_t) { on_sent(error); }));
  return std::nullopt;
}

void AsioStream::on_sent(const boost::system::error_code& error) {
  if (!handler_done()) events_.sent(to_std(error));
}

void AsioStream::finish_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void AsioStream::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);  // what is pending ends with operation_aborted
  ++handlers_;
  asio::post(socket_.get_executor(), [this] { handler_done(); });
}

bool AsioStream::handler_done() {
  --handlers_;
  if (!closed_) return false;
  if (handlers_ == 0) events_.closed();  // the stream may be gone now
  return true;
}

}  // namespace interleave
