// A thread for a connection's whole life, keep-alive inside. While a request waits its thread sleeps, and the kernel
// runs others. Is the cost of threads their creation or their existence? This model creates one per connection only.
#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/blocking/blocking_io.hpp"
#include "servers/common/blocking/thread_count.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {
namespace {

class ThreadPerConnection final : public Server {
 public:
  ThreadPerConnection(const ServerConfig& config, const Service& service, Counters& counters)
      : config_(config),
        service_(service),
        counters_(counters),
        backend_(config.backend, config.backend_connections, config.backend_queue),
        threads_(std::min(config.max_threads, config.max_connections)) {}  // a client is a thread

  Endpoint listen() override {
    listener_ = listen_tcp(config_.listen, Blocking::no);
    return local_endpoint(listener_.get());
  }

  void run() override {
    while (!wait_for(listener_.get(), POLLIN, kNever, &stop_)) {
      // At the limit, or out of descriptors, clients wait in the listen queue until a thread ends.
      if (!threads_.try_add()) {
        threads_.wait_for_change(kLookAgain);
        continue;
      }
      UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.valid()) {
        start_thread(std::move(client));
      } else {
        threads_.remove();
        if (errno == EMFILE || errno == ENFILE) threads_.wait_for_change(kLookAgain);
      }
    }
    listener_.reset();
    threads_.wait_for_none();
  }

  void stop() noexcept override { stop_.raise(); }

 private:
  static constexpr std::chrono::milliseconds kLookAgain{10};  // for the stop event, which wakes no condition variable

  void start_thread(UniqueFd client) {
    Counters::Shard& shard = counters_.shard(++started_);
    bump(shard.connections_accepted);
    set_no_delay(client.get());
    try {
      std::thread([this, &shard, fd = client.get()] { serve(UniqueFd(fd), shard); }).detach();
      (void)client.release();  // the thread's now
      bump(shard.threads_created);
    } catch (const std::system_error&) {
      bump(shard.connections_closed);  // the system has no thread for us: the client is closed
      threads_.remove();
    }
  }

  void serve(UniqueFd client, Counters::Shard& shard) {
    BlockingIo io(backend_, stop_);
    Session session(service_, config_.session, counters_, shard);
    const std::error_code error = io.serve(session, client.get());
    close_client(std::move(client));
    bump(shard.connections_closed);
    if (error) bump(shard.connections_reset);
    threads_.remove();
  }

  ServerConfig config_;
  const Service& service_;
  Counters& counters_;
  WakeEvent stop_;
  UniqueFd listener_;
  BlockingBackendPool backend_;
  unsigned started_ = 0;
  ThreadCount threads_;  // last: its end waits for the threads that use the others
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "threads",
          .summary = "A thread for each connection, for as long as it is open",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters"},
          .options = {ModelOption::max_threads},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<ThreadPerConnection>(config, service, counters);
}

}  // namespace interleave
