// The selector of the models that give threads single requests and not whole connections: one thread waits for all
// connections without a request (epoll), so that an idle client costs no thread. When a request arrives the model is
// called; it has the connection to itself until a thread gives it back.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "core/base/unique_fd.hpp"
#include "core/service/session.hpp"
#include "servers/common/accept_pause.hpp"
#include "servers/common/blocking/blocking_io.hpp"
#include "servers/common/loop/deadlines.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {

class Selector {
 public:
  // A client connection. Owned by the selector; used by one thread at a time.
  class Connection {
   public:
    Connection(UniqueFd accepted, const Service& service, const SessionOptions& options, Counters& counters,
               std::uint32_t trace_id)
        : client_(std::move(accepted)),
          session_(service, options, counters, counters.shard(0)),
          request_(session_, client_.get(), trace_id) {}

    [[nodiscard]] RequestSession& request() noexcept { return request_; }

   private:
    friend class Selector;
    UniqueFd client_;
    Session session_;
    RequestSession request_;
    bool parked_ = false;
    Deadlines<Connection>::Entry idle_deadline_;
  };
  using OnRequest = std::function<void(Connection&)>;

  Selector(ServerConfig config, const Service& service, Counters& counters, const WakeEvent& stop);
  ~Selector();
  Selector(const Selector&) = delete;
  Selector& operator=(const Selector&) = delete;

  Endpoint listen();
  // Accepts and waits on the calling thread, which calls `on_request` for each request, until the stop event is
  // raised.
  void run(const OnRequest& on_request);
  // After run(): closes the listening socket and the connections without a request, and waits for the others to be
  // given back.
  void drain();

  // Thread-safe. What became of the connection's request says what comes next.
  void give_back(Connection& connection, RequestSession::Outcome outcome);
  // On the selector's thread. Overload: the request is not read; it is answered 503 with Retry-After, and its
  // connection closed.
  void reject(Connection& connection);

 private:
  void watch(int fd, int operation, std::uint32_t events, void* who);
  void accept();
  void listen_for_clients();
  void adopt(UniqueFd client);
  void expire_idle();
  void dispatch(Connection& connection, std::uint32_t ready, const OnRequest& on_request);
  void dispatch_woken(const OnRequest& on_request);
  void take(Connection& connection);
  void park(Connection& connection);  // REQUIRES: lock held
  void close(Connection& connection);
  [[nodiscard]] int timeout_ms();

  ServerConfig config_;
  const Service& service_;
  Counters& counters_;
  const WakeEvent& stop_;
  TraceLane trace_;  // of the thread that runs the selector
  UniqueFd epoll_;
  UniqueFd listener_;
  WakeEvent woken_;  // raised when connections wait in again_
  bool listening_ = false;

  std::mutex mutex_;  // for all below, and for a connection's parked_ and idle_deadline_
  std::condition_variable all_closed_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> again_;  // given back with their next request read already
  Deadlines<Connection> deadlines_;
  AcceptPause accept_pause_;
  bool stopping_ = false;
};

}  // namespace interleave
