// A selector thread finds a connection with a request waiting and starts a new thread for that one request; it runs
// the steps blocking, replies, hands the connection back to the selector, and ends.
#include <system_error>
#include <thread>

#include "servers/common/blocking/blocking_io.hpp"
#include "servers/common/blocking/selector.hpp"
#include "servers/common/blocking/thread_count.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {
namespace {

ServerConfig with_boundaries(ServerConfig config) {
  // Pipelined requests would otherwise run in one thread, one after another.
  config.session.yield_between_requests = true;
  return config;
}

class ThreadPerRequest final : public Server {
 public:
  ThreadPerRequest(const ServerConfig& config, const Service& service, Counters& counters)
      : counters_(counters),
        trace_(config.trace),
        backend_(config.backend, config.backend_connections, config.backend_queue),
        selector_(with_boundaries(config), service, counters, stop_),
        threads_(config.max_threads) {}

  Endpoint listen() override { return selector_.listen(); }
  void run() override {
    selector_.run([this](Selector::Connection& connection) { start_thread(connection); });
    selector_.drain();
    threads_.wait_for_none();
  }
  void stop() noexcept override { stop_.raise(); }

 private:
  void start_thread(Selector::Connection& connection) {
    if (!threads_.try_add()) return selector_.reject(connection);
    try {
      std::thread([this, &connection] { serve(connection); }).detach();
      bump(counters_.shard(0).threads_created);
    } catch (const std::system_error&) {  // the system has no thread for us
      threads_.remove();
      selector_.reject(connection);
    }
  }

  void serve(Selector::Connection& connection) {
    const RequestSession::Outcome outcome = BlockingIo(backend_, stop_, trace_).serve_request(connection.request());
    selector_.give_back(connection, outcome);
    threads_.remove();
  }

  Counters& counters_;
  TraceRecorder* trace_;
  WakeEvent stop_;
  BlockingBackendPool backend_;
  Selector selector_;
  ThreadCount threads_;  // last: its end waits for the threads that use the others
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "threads",
          .summary = "A selector and a new thread for each request",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters", "trace"},
          .options = {ModelOption::max_threads},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<ThreadPerRequest>(config, service, counters);
}

}  // namespace interleave
