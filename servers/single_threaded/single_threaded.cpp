// One thread, one request at a time: accept, read, run every step, reply, close; next.
// While a step waits for the backend the thread sleeps, and every other client waits with it.
#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/accept_pause.hpp"
#include "servers/common/blocking/blocking_io.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {
namespace {

class SingleThreaded final : public Server {
 public:
  SingleThreaded(const ServerConfig& config, const Service& service, Counters& counters)
      : config_(config),
        service_(service),
        counters_(counters),
        backend_(config.backend, 1, 0),
        io_(backend_, stop_, config.trace) {
    // With keep-alive the first client would hold the only thread for as long as it likes.
    config_.session.keep_alive = false;
  }

  Endpoint listen() override {
    listener_ = listen_tcp(config_.listen, Blocking::no);
    return local_endpoint(listener_.get());
  }

  void run() override {
    while (!wait_for(listener_.get(), POLLIN, kNever, &stop_)) {
      UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.valid()) {
        serve(std::move(client));
      } else if (accept_must_pause(errno)) {
        (void)wait_for(stop_.fd(), POLLIN, now() + kAcceptPause);
      }
    }
  }

  void stop() noexcept override { stop_.raise(); }

 private:
  void serve(UniqueFd client) {
    Counters::Shard& shard = counters_.shard(0);
    bump(shard.connections_accepted);
    set_no_delay(client.get());
    Session session(service_, config_.session, counters_, shard);
    const std::error_code error = io_.serve(session, client.get());
    close_client(std::move(client));
    bump(shard.connections_closed);
    if (error) bump(shard.connections_reset);
  }

  ServerConfig config_;
  const Service& service_;
  Counters& counters_;
  WakeEvent stop_;
  UniqueFd listener_;
  BlockingBackendPool backend_;
  BlockingIo io_;
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "blocking",
          .summary = "One thread that serves one request at a time and sleeps while it waits",
          .capabilities = {"routes", "live_counters", "trace"},
          .options = {},
          .in_flight_limit = 1};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<SingleThreaded>(config, service, counters);
}

}  // namespace interleave
