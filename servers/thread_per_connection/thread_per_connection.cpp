// A thread for a connection's whole life, keep-alive inside. While a request waits its thread sleeps, and the kernel
// runs others. Is the cost of threads their creation or their existence? This model creates one per connection only.
#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/accept_pause.hpp"
#include "servers/common/blocking/blocking_io.hpp"
#include "servers/common/blocking/thread_count.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"
#include "servers/thread_per_connection/client_sockets.hpp"

namespace interleave {
namespace {

class ThreadPerConnection final : public Server {
 public:
  ThreadPerConnection(const ServerConfig& config, const Service& service, Counters& counters)
      : config_(config),
        service_(service),
        counters_(counters),
        acceptor_trace_(config.trace),
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
        if (accept_must_pause(errno)) threads_.wait_for_change(kLookAgain);
      }
    }
    listener_.reset();
    clients_.end_input();
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
      const std::uint32_t trace_id = acceptor_trace_.accepted();
      std::thread([this, &shard, trace_id, fd = client.get()] { serve(UniqueFd(fd), shard, trace_id); }).detach();
      (void)client.release();  // the thread's now
      bump(shard.threads_created);
    } catch (const std::system_error&) {
      bump(shard.connections_closed);  // the system has no thread for us: the client is closed
      threads_.remove();
    }
  }

  void serve(UniqueFd client, Counters::Shard& shard, std::uint32_t trace_id) {
    const std::error_code error = serve_session(client.get(), shard, trace_id);
    close_client(std::move(client));
    bump(shard.connections_closed);
    if (error) bump(shard.connections_reset);
    threads_.remove();
  }

  std::error_code serve_session(int client, Counters::Shard& shard, std::uint32_t trace_id) {
    const ClientSockets::Entry entry(clients_, client);
    set_receive_timeout(client, config_.session.limits.idle_timeout);
    BlockingIo io(backend_, stop_, config_.trace, IdleWait::in_recv);
    Session session(service_, config_.session, counters_, shard);
    return io.serve(session, client, trace_id);
  }

  ServerConfig config_;
  const Service& service_;
  Counters& counters_;
  WakeEvent stop_;
  UniqueFd listener_;
  TraceLane acceptor_trace_;
  BlockingBackendPool backend_;
  ClientSockets clients_;
  unsigned started_ = 0;
  ThreadCount threads_;  // last: its end waits for the threads that use the others
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "threads",
          .summary = "A thread for each connection, for as long as it is open",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters", "trace"},
          .options = {ModelOption::max_threads},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<ThreadPerConnection>(config, service, counters);
}

}  // namespace interleave
