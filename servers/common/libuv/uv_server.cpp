#include "servers/common/libuv/uv_server.hpp"

#include <algorithm>
#include <system_error>

#include "core/net/socket.hpp"
#include "servers/common/libuv/uv_file_read.hpp"

namespace interleave {
namespace {

constexpr int kBacklog = 65'535;  // the kernel lowers it to somaxconn

void check(int status, const char* what) {
  if (status < 0) throw std::system_error(uv_error(status), what);
}

template <class Handle>
uv_handle_t* handle_of(Handle& handle) {
  return reinterpret_cast<uv_handle_t*>(&handle);
}

}  // namespace

UvServer::UvServer(const ServerConfig& config, const Service& service, Counters& counters)
    : LoopServer(config, service, counters) {
  check(uv_loop_init(&loop_), "uv_loop_init");
  stop_request_.data = timer_.data = listener_.data = this;
  check(uv_async_init(&loop_, &stop_request_,
                      [](uv_async_t* handle) { static_cast<UvServer*>(handle->data)->begin_stop(); }),
        "uv_async_init");
  check(uv_timer_init(&loop_, &timer_), "uv_timer_init");
  check(uv_tcp_init(&loop_, &listener_), "uv_tcp_init");
}

UvServer::~UvServer() {
  // Nothing is open after run() has returned; a server that never ran, or threw, has handles left.
  const auto close_open = [](uv_handle_t* handle, void*) {
    if (uv_is_closing(handle) == 0) uv_close(handle, nullptr);
  };
  uv_walk(&loop_, close_open, nullptr);
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

Endpoint UvServer::listen() {
  UniqueFd socket = listen_tcp(config().listen, Blocking::no);
  Endpoint endpoint = local_endpoint(socket.get());
  check(uv_tcp_open(&listener_, socket.release()), "uv_tcp_open");
  check(
      uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), kBacklog,
                [](uv_stream_t* stream, int status) { static_cast<UvServer*>(stream->data)->on_connection(status); }),
      "listen");
  begin_accepting();
  return endpoint;
}

// libuv holds a connection back, and listens no further, until it is accepted.
void UvServer::on_connection(int status) {
  if (status < 0) return;
  connection_waits_ = true;
  if (accept_wanted_) accept();
}

void UvServer::accept_next() {
  accept_wanted_ = true;
  if (connection_waits_) accept();
}

void UvServer::accept() {
  accept_wanted_ = connection_waits_ = false;
  add_client([this](StreamEvents& events) {
    auto stream = std::make_unique<UvStream>(loop_, events, read_buffer_);
    check(uv_accept(reinterpret_cast<uv_stream_t*>(&listener_), stream->handle()), "uv_accept");
    stream->set_no_delay();
    return stream;
  });
}

std::unique_ptr<Stream> UvServer::connect(const Endpoint& endpoint, StreamEvents& events) {
  auto stream = std::make_unique<UvStream>(loop_, events, read_buffer_);
  stream->connect(endpoint);
  return stream;
}

void UvServer::set_timer(TimePoint at) {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(at - now(), Clock::duration::zero()));
  uv_timer_start(
      &timer_, [](uv_timer_t* timer) { static_cast<UvServer*>(timer->data)->timer_expired(); },
      static_cast<std::uint64_t>(wait.count()) + 1, 0);
}

std::optional<IoResult> UvServer::start_file_read(LoopClient& client, const FileReadOp& op) {
  start_uv_file_read(loop_, op, [&client](const IoResult& result) { client.file_read(result); });
  return std::nullopt;
}

void UvServer::stop_accepting() {
  uv_close(handle_of(listener_), nullptr);
}

void UvServer::finish() {
  uv_close(handle_of(timer_), nullptr);
  uv_close(handle_of(stop_request_), nullptr);
}

}  // namespace interleave
