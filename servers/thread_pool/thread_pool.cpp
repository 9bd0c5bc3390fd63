// A selector, a bounded queue and N workers. A worker that waits for the backend sleeps, and its place in the pool
// waits with it: N requests in flight, never more.
#include <thread>
#include <vector>

#include "servers/common/blocking/blocking_io.hpp"
#include "servers/common/blocking/selector.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"
#include "servers/thread_pool/request_queue.hpp"

namespace interleave {
namespace {

class ThreadPool final : public Server {
 public:
  ThreadPool(const ServerConfig& config, const Service& service, Counters& counters)
      : counters_(counters),
        threads_(config.threads),
        when_full_(config.when_full),
        trace_(config.trace),
        backend_(config.backend, config.backend_connections, config.backend_queue),
        selector_(config, service, counters, stop_),
        queue_(config.queue_limit, config.threads) {}

  Endpoint listen() override { return selector_.listen(); }

  void run() override {
    std::vector<std::jthread> workers;
    workers.reserve(threads_);
    for (std::size_t i = 0; i < threads_; ++i) {
      workers.emplace_back([this, i] { work(i); });
      bump(counters_.shard(0).threads_created);
    }
    selector_.run([this](Selector::Connection& connection) { enqueue(connection); });
    for (Selector::Connection* queued : queue_.close()) {
      selector_.give_back(*queued, RequestSession::Outcome::ended);
    }
    selector_.drain();
  }

  void stop() noexcept override { stop_.raise(); }

 private:
  void enqueue(Selector::Connection& connection) {
    const bool queued = when_full_ == WhenFull::wait ? queue_.push(&connection) : queue_.try_push(&connection);
    if (!queued) selector_.reject(connection);
  }

  void work(std::size_t worker) {
    BlockingIo io(backend_, stop_, trace_);
    while (const auto connection = queue_.pop(worker)) {
      selector_.give_back(**connection, io.serve_request((*connection)->request()));
    }
  }

  Counters& counters_;
  std::size_t threads_;
  WhenFull when_full_;
  TraceRecorder* trace_;
  WakeEvent stop_;
  BlockingBackendPool backend_;
  Selector selector_;
  RequestQueue<Selector::Connection*> queue_;
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "threads",
          .summary = "A selector, a bounded queue and a fixed number of worker threads",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters", "trace"},
          .options = {ModelOption::threads, ModelOption::queue},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<ThreadPool>(config, service, counters);
}

}  // namespace interleave
