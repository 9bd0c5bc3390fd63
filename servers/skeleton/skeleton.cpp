// A model to copy: the smallest server that keeps the contract. It compiles, runs and passes the tests; it serves one
// connection at a time, which nobody wants. Make it yours:
//
//   scripts/new_model.sh my_model
//
// You provide: how to accept, how to wait, how to wake. You do not provide: options, signals, the ready line,
// counters lines (servers/common), HTTP, routes, steps, replies (core/service).
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/accept_pause.hpp"
#include "servers/common/blocking/blocking_io.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {
namespace {

class Skeleton final : public Server {
 public:
  // Required. Keep what you need; `service` and `counters` outlive the server. Throw NotSupported if this host lacks
  // something the model needs (a kernel feature): it is then reported as skipped, with your reason.
  Skeleton(const ServerConfig& config, const Service& service, Counters& counters)
      : config_(config),
        service_(service),
        counters_(counters),
        backend_(config.backend, 1, 0),
        io_(backend_, stop_, config.trace) {}

  // Required: bind, and say which port it became. listen_tcp() sets what every model wants (address reuse, backlog).
  Endpoint listen() override {
    listener_ = listen_tcp(config_.listen, Blocking::no);
    return local_endpoint(listener_.get());
  }

  // Required: serve until stop(); then finish the requests whose steps have begun, close the rest and return.
  // You have 1.5 s; after that the process is ended for you.
  void run() override {
    while (!wait_for(listener_.get(), POLLIN, kNever, &stop_)) {
      UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.valid()) {
        serve(std::move(client));
      } else if (accept_must_pause(errno)) {  // out of descriptors: the client waits, and run() must not spin
        (void)wait_for(stop_.fd(), POLLIN, now() + kAcceptPause);
      }
    }
  }

  // Required: wake run(). Called from a signal handler, so it may only do what is async-signal-safe.
  void stop() noexcept override { stop_.raise(); }

 private:
  void serve(UniqueFd client) {
    // Required: count connections and threads, on a shard of your thread's; the session counts the rest.
    Counters::Shard& shard = counters_.shard(0);
    bump(shard.connections_accepted);
    set_no_delay(client.get());

    // The session is one connection's whole protocol. Here is the model: how each operation is waited for.
    // A blocking model lets BlockingIo wait on the calling thread. A loop starts the operation instead and comes
    // back to session.next() from its callback: see servers/common/loop/client.cpp.
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
  BlockingBackendPool backend_;  // of one connection; a concurrent model needs one per request in flight
  BlockingIo io_;
};

}  // namespace

// Required: what --describe says. The family chooses the marker in charts and the prediction; the capabilities choose
// the tests (server.hpp lists them). in_flight_limit: how many requests you can serve at a time, if there is a limit.
ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "blocking",
          .summary = "The model to copy: one connection at a time, with keep-alive",
          .capabilities = {"routes", "keep_alive", "pipelining", "live_counters", "trace", "example"},
          .options = {},
          .in_flight_limit = 1};
}

// Required.
std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<Skeleton>(config, service, counters);
}

}  // namespace interleave
