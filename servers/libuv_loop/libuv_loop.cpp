// One thread, one libuv loop, non-blocking sockets for clients and backend. While a request waits for the backend the
// loop serves others: their operations are woven together on one thread.
#include <array>
#include <system_error>

#include <uv.h>

#include "core/net/socket.hpp"
#include "servers/common/loop/loop_server.hpp"
#include "servers/libuv_loop/uv_stream.hpp"

namespace interleave {
namespace {

constexpr int kBacklog = 65'535;  // the kernel lowers it to somaxconn

void check(int status, const char* what) {
  if (status < 0) throw std::system_error(uv_error(status), what);
}

class LibuvLoop final : public LoopServer {
 public:
  LibuvLoop(const ServerConfig& config, const Service& service, Counters& counters)
      : LoopServer(config, service, counters) {
    check(uv_loop_init(&loop_), "uv_loop_init");
    check(uv_async_init(&loop_, &stop_request_, [](uv_async_t* handle) { self(handle).begin_stop(); }),
          "uv_async_init");
    check(uv_timer_init(&loop_, &timer_), "uv_timer_init");
    check(uv_tcp_init(&loop_, &listener_), "uv_tcp_init");
    stop_request_.data = timer_.data = listener_.data = this;
  }

  ~LibuvLoop() override {
    // Nothing is open after run() has returned; a server that never ran, or threw, has handles left.
    const auto close_open = [](uv_handle_t* handle, void*) {
      if (!uv_is_closing(handle)) uv_close(handle, nullptr);
    };
    uv_walk(&loop_, close_open, nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
  }

  Endpoint listen() override {
    UniqueFd socket = listen_tcp(config().listen, Blocking::no);
    const Endpoint endpoint = local_endpoint(socket.get());
    check(uv_tcp_open(&listener_, socket.release()), "uv_tcp_open");
    return endpoint;
  }

  void run() override {
    begin_accepting();
    check(uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), kBacklog,
                    [](uv_stream_t* stream, int status) { self(stream).on_connection(status); }),
          "listen");
    uv_run(&loop_, UV_RUN_DEFAULT);
  }

  void stop() noexcept override { uv_async_send(&stop_request_); }  // async-signal-safe by libuv's documentation

 private:
  template <class Handle>
  static LibuvLoop& self(Handle* handle) {
    return *static_cast<LibuvLoop*>(handle->data);
  }

  // libuv holds a connection back, and listens no further, until it is accepted.
  void on_connection(int status) {
    if (status < 0) return;
    connection_waits_ = true;
    if (accept_wanted_) accept();
  }

  void accept_next() override {
    accept_wanted_ = true;
    if (connection_waits_) accept();
  }

  void accept() {
    accept_wanted_ = connection_waits_ = false;
    add_client([this](StreamEvents& events) {
      auto stream = std::make_unique<UvStream>(loop_, events, read_buffer_);
      check(uv_accept(reinterpret_cast<uv_stream_t*>(&listener_), stream->handle()), "uv_accept");
      stream->set_no_delay();
      return stream;
    });
  }

  std::unique_ptr<Stream> connect(const Endpoint& endpoint, StreamEvents& events) override {
    auto stream = std::make_unique<UvStream>(loop_, events, read_buffer_);
    stream->connect(endpoint);
    return stream;
  }

  void set_timer(TimePoint at) override {
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(at - now(), Clock::duration::zero()));
    uv_timer_start(
        &timer_, [](uv_timer_t* timer) { self(timer).timer_expired(); }, static_cast<std::uint64_t>(wait.count()) + 1,
        0);
  }

  void stop_accepting() override { uv_close(reinterpret_cast<uv_handle_t*>(&listener_), nullptr); }

  void finish() override {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&stop_request_), nullptr);
  }

  uv_loop_t loop_{};
  uv_async_t stop_request_{};
  uv_timer_t timer_{};
  uv_tcp_t listener_{};
  bool accept_wanted_ = false;
  bool connection_waits_ = false;
  // One for all streams: what is read is consumed before the next read.
  std::array<std::byte, 64 * 1024> read_buffer_{};
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "loop",
          .summary = "One thread with a libuv event loop; while one request waits it serves others",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters"},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<LibuvLoop>(config, service, counters);
}

}  // namespace interleave
