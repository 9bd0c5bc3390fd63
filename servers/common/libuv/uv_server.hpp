// A server on a libuv loop: one thread, non-blocking sockets for clients and backend. Two models are made of it, one
// that uses it well and one that does not.
#pragma once
#include <array>
#include <memory>

#include <uv.h>

#include "servers/common/libuv/uv_stream.hpp"
#include "servers/common/loop/loop_server.hpp"

namespace interleave {

class UvServer : public LoopServer {
 public:
  UvServer(const ServerConfig& config, const Service& service, Counters& counters);
  ~UvServer() override;

  Endpoint listen() override;
  void run() override { uv_run(&loop_, UV_RUN_DEFAULT); }
  void stop() noexcept override { uv_async_send(&stop_request_); }  // async-signal-safe by libuv's documentation
  std::optional<IoResult> start_file_read(LoopClient& client, const FileReadOp& op) override;

 private:
  void on_connection(int status);
  void accept();

  // LoopIo
  void accept_next() override;
  std::unique_ptr<Stream> connect(const Endpoint& endpoint, StreamEvents& events) override;
  void set_timer(TimePoint at) override;
  void stop_accepting() override;
  void finish() override;

  uv_loop_t loop_{};
  uv_async_t stop_request_{};
  uv_timer_t timer_{};
  uv_tcp_t listener_{};
  bool accept_wanted_ = false;
  bool connection_waits_ = false;
  // One for all streams: what is read is consumed before the next read.
  std::array<std::byte, 64 * std::size_t{1024}> read_buffer_{};
};

}  // namespace interleave
