// One thread, one io_context, completion handlers. While a request waits for the backend the loop serves others.
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/net/socket.hpp"
#include "servers/asio_loop/asio_stream.hpp"
#include "servers/common/loop/loop_server.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

class AsioLoop final : public LoopServer {
 public:
  using LoopServer::LoopServer;

  Endpoint listen() override {
    UniqueFd socket = listen_tcp(config().listen, Blocking::no);
    Endpoint endpoint = local_endpoint(socket.get());
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    acceptor_.assign(v6 ? tcp::v6() : tcp::v4(), socket.release());
    return endpoint;
  }

  void run() override {
    // stop() may come from a signal handler, where post() may not be called: it raises an event the loop waits for.
    stop_wait_.assign(stop_.fd());
    stop_wait_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& error) {
      stop_wait_.release();  // the descriptor belongs to stop_
      if (!error) begin_stop();
    });
    begin_accepting();
    context_.run();
  }

  void stop() noexcept override { stop_.raise(); }

 private:
  // LoopIo
  void accept_next() override {
    acceptor_.async_accept([this](const ErrorCode& error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return accept_must_pause(error.value()) ? accept_failed() : accept_next();
      ErrorCode ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      add_client([&](StreamEvents& events) { return std::make_unique<AsioStream>(std::move(socket), events); });
    });
  }

  std::unique_ptr<Stream> connect(const Endpoint& endpoint, StreamEvents& events) override {
    auto stream = std::make_unique<AsioStream>(tcp::socket(context_), events);
    stream->connect(endpoint);
    return stream;
  }

  void set_timer(TimePoint at) override {
    timer_.expires_at(at);
    timer_.async_wait([this](const ErrorCode& error) {
      if (!error) timer_expired();
    });
  }

  void stop_accepting() override {
    ErrorCode ignored;
    acceptor_.close(ignored);
  }
  void finish() override { timer_.cancel(); }

  asio::io_context context_{1};  // one thread: Asio leaves out its locks
  tcp::acceptor acceptor_{context_};
  asio::steady_timer timer_{context_};
  WakeEvent stop_;
  asio::posix::stream_descriptor stop_wait_{context_};
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "loop",
          .summary = "One thread with a Boost.Asio io_context and completion handlers",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters", "trace"},
          .options = {},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<AsioLoop>(config, service, counters);
}

}  // namespace interleave
