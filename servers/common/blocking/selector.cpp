#include "servers/common/blocking/selector.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"

namespace interleave {

Selector::Selector(ServerConfig config, const Service& service, Counters& counters, const WakeEvent& stop)
    : config_(std::move(config)),
      service_(service),
      counters_(counters),
      stop_(stop),
      trace_(config_.trace),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.valid()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

Selector::~Selector() = default;

Endpoint Selector::listen() {
  listener_ = listen_tcp(config_.listen, Blocking::no);
  watch(listener_.get(), EPOLL_CTL_ADD, EPOLLIN, &listener_);
  listening_ = true;
  watch(stop_.fd(), EPOLL_CTL_ADD, EPOLLIN, const_cast<WakeEvent*>(&stop_));
  watch(woken_.fd(), EPOLL_CTL_ADD, EPOLLIN, &woken_);
  return local_endpoint(listener_.get());
}

void Selector::run(const OnRequest& on_request) {
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms());
    for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
      if (event.data.ptr == &stop_) return;
      if (event.data.ptr == &listener_) {
        accept();
      } else if (event.data.ptr == &woken_) {
        dispatch_woken(on_request);
      } else {
        dispatch(*static_cast<Connection*>(event.data.ptr), event.events, on_request);
      }
    }
    expire_idle();
    listen_for_clients();
  }
}

// A client that only closed gets no thread: threads are for requests.
void Selector::dispatch(Connection& connection, std::uint32_t ready, const OnRequest& on_request) {
  take(connection);
  if ((ready & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
    char byte = 0;
    const ssize_t waiting = ::recv(connection.client_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (waiting <= 0) {
      connection.request_.end_wait({waiting < 0 ? errno : 0, std::generic_category()});
      return close(connection);
    }
  }
  trace_.record(connection.request_.trace_id(), TraceState::ready);
  on_request(connection);
}

void Selector::give_back(Connection& connection, RequestSession::Outcome outcome) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && outcome == RequestSession::Outcome::waits) return park(connection);
    if (!stopping_ && outcome == RequestSession::Outcome::has_next) {
      again_.push_back(&connection);
      return woken_.raise();
    }
  }
  close(connection);
}

void Selector::reject(Connection& connection) {
  constexpr std::string_view kReply =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  trace_.record(connection.request_.trace_id(), TraceState::closed);
  Counters::Shard& shard = counters_.shard(0);
  bump(shard.requests);
  bump(shard.responses[status_index(503)]);
  bump(shard.bytes_out, kReply.size());
  // It fits the socket's empty buffer; a client for which it does not is not worth waiting for under overload.
  (void)::send(connection.client_.get(), kReply.data(), kReply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  close(connection);
}

void Selector::watch(int fd, int operation, std::uint32_t events, void* who) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = who;
  if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

void Selector::accept() {
  UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (client.valid()) return adopt(std::move(client));
  if (!accept_must_pause(errno)) return;
  const std::lock_guard lock(mutex_);
  accept_pause_.begin(now());
}

// Beyond the limit, or out of descriptors, clients wait in the listen queue, where they cost nothing. A connection
// closed by another thread ends a pause without waking this one, which looks again when the pause would have ended.
void Selector::listen_for_clients() {
  const std::lock_guard lock(mutex_);
  const bool paused = accept_pause_.active() && !accept_pause_.over(now());
  const bool wanted = !paused && connections_.size() < config_.max_connections;
  if (wanted == listening_) return;
  watch(listener_.get(), EPOLL_CTL_MOD, wanted ? std::uint32_t{EPOLLIN} : 0U, &listener_);
  listening_ = wanted;
}

void Selector::adopt(UniqueFd client) {
  set_no_delay(client.get());
  bump(counters_.shard(0).connections_accepted);
  const int fd = client.get();
  auto connection =
      std::make_unique<Connection>(std::move(client), service_, config_.session, counters_, trace_.accepted());
  Connection& adopted = *connection;
  const std::lock_guard lock(mutex_);
  connections_.emplace(&adopted, std::move(connection));
  watch(fd, EPOLL_CTL_ADD, 0, &adopted);
  park(adopted);
}

// One event, then silence until it is parked again: no two threads can get the same connection.
void Selector::park(Connection& connection) {
  connection.parked_ = true;
  deadlines_.set(connection, connection.idle_deadline_, connection.request_.begin_wait());
  watch(connection.client_.get(), EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT, &connection);
}

void Selector::take(Connection& connection) {
  const std::lock_guard lock(mutex_);
  connection.parked_ = false;
  // Its deadline stays in the list and moves when it is parked again: two list operations less per request.
}

void Selector::dispatch_woken(const OnRequest& on_request) {
  woken_.clear();
  std::vector<Connection*> again;
  {
    const std::lock_guard lock(mutex_);
    again.swap(again_);
  }
  for (Connection* connection : again) {
    trace_.record(connection->request_.trace_id(), TraceState::ready);
    on_request(*connection);
  }
}

void Selector::expire_idle() {
  std::vector<Connection*> expired;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint at = now();
    while (Connection* connection = deadlines_.expired(
               at, [](Connection & c) -> auto& { return c.idle_deadline_; })) {
      if (std::exchange(connection->parked_, false)) expired.push_back(connection);
    }
  }
  for (Connection* connection : expired) {
    connection->request_.end_wait(std::make_error_code(std::errc::timed_out));
    close(*connection);
  }
}

void Selector::close(Connection& connection) {
  Counters::Shard& shard = counters_.shard(0);
  const bool reset = static_cast<bool>(connection.request_.client_error());
  close_client(std::move(connection.client_));
  std::unique_ptr<Connection> last;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  deadlines_.erase(connection.idle_deadline_);
  const auto found = connections_.find(&connection);
  last = std::move(found->second);
  connections_.erase(found);
  accept_pause_.end();
  bump(shard.connections_closed);
  if (reset) bump(shard.connections_reset);
  if (connections_.empty()) all_closed_.notify_all();
}

void Selector::drain() {
  listener_.reset();
  std::vector<Connection*> idle;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [connection, owner] : connections_) {
      if (std::exchange(connection->parked_, false)) idle.push_back(connection);
    }
    idle.insert(idle.end(), again_.begin(), again_.end());
    again_.clear();
  }
  for (Connection* connection : idle) close(*connection);
  std::unique_lock lock(mutex_);
  all_closed_.wait(lock, [this] { return connections_.empty(); });
}

// At least once a second: a deadline set by another thread does not wake this one.
int Selector::timeout_ms() {
  const std::lock_guard lock(mutex_);
  const TimePoint next = std::min(deadlines_.next(), accept_pause_.until());
  if (next == kNever) return 1000;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now()).count();
  return static_cast<int>(std::clamp<decltype(wait)>(wait, 0, 1000));
}

}  // namespace interleave
