// A Stream on a uv_tcp_t. Belongs to the loop's thread; must live until its events say closed().
#pragma once
#include <span>

#include <uv.h>

#include "servers/common/loop/stream.hpp"

namespace interleave {

// libuv's error numbers are negated errno values on Unix.
[[nodiscard]] inline std::error_code uv_error(int status) {
  return {-status, std::generic_category()};
}

class UvStream final : public Stream {
 public:
  // `read_buffer` is shared by all streams of the loop.
  UvStream(uv_loop_t& loop, StreamEvents& events, std::span<std::byte> read_buffer);

  [[nodiscard]] uv_stream_t* handle() noexcept { return reinterpret_cast<uv_stream_t*>(&handle_); }
  void set_no_delay() { uv_tcp_nodelay(&handle_, 1); }
  void connect(const Endpoint& endpoint);

  void start_receiving() override;
  void stop_receiving() override;
  std::optional<std::error_code> send(std::span<const std::byte> bytes) override;
  void finish_sending() override;
  void close() override;

 private:
  void on_connect(int status);
  void on_read(ssize_t size);
  void begin_close();
  void on_closed();

  uv_loop_t& loop_;
  StreamEvents& events_;
  std::span<std::byte> read_buffer_;
  uv_tcp_t handle_{};
  uv_connect_t connect_request_{};
  uv_write_t write_request_{};
  uv_shutdown_t shutdown_request_{};
  int connect_error_ = 0;
  bool close_wanted_ = false;
};

}  // namespace interleave
