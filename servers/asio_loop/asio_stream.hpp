// A Stream on an Asio socket: each operation is started and its completion handler called when it is done.
// Belongs to the loop's thread; must live until its events say closed().
#pragma once
#include <array>
#include <cstddef>
#include <span>

#include <boost/asio/ip/tcp.hpp>

#include "servers/asio_loop/handler_memory.hpp"
#include "servers/common/loop/stream.hpp"

namespace interleave {

class AsioStream final : public Stream {
 public:
  AsioStream(boost::asio::ip::tcp::socket socket, StreamEvents& events);

  void connect(const Endpoint& endpoint);

  void start_receiving() override;
  void stop_receiving() override;
  std::optional<std::error_code> send(std::span<const std::byte> bytes) override;
  void finish_sending() override;
  void close() override;

 private:
  void receive();
  void on_connected(const boost::system::error_code& error);
  void on_received(const boost::system::error_code& error, std::size_t size);
  void on_sent(const boost::system::error_code& error);
  // Counts a handler that has run; the last one of a closed stream tells its owner.
  bool handler_done();

  boost::asio::ip::tcp::socket socket_;
  StreamEvents& events_;
  bool receiving_ = false;  // the owner wants bytes
  bool receive_pending_ = false;
  bool closed_ = false;
  int handlers_ = 0;  // started and not yet called
  HandlerMemory receive_memory_;
  HandlerMemory send_memory_;
  std::array<std::byte, 8 * std::size_t{1024}> buffer_{};
};

}  // namespace interleave
