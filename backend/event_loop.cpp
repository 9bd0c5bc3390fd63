#include "backend/event_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "core/net/socket.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr int kMaxAcceptsPerTurn = 64;
constexpr int kMaxAnswersPerTurn = 32;
constexpr auto kAcceptPause = 100ms;
constexpr auto kStopGrace = 1500ms;

[[noreturn]] void throw_errno(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

std::uint64_t pack(ConnectionId id) noexcept {
  return (std::uint64_t{id.generation} << 32U) | id.fd;
}

ConnectionId unpack(std::uint64_t packed) noexcept {
  return {static_cast<std::uint32_t>(packed), static_cast<std::uint32_t>(packed >> 32U)};
}

// Listener, signals and timer: the descriptor alone.
ConnectionId no_connection(const UniqueFd& fd) noexcept {
  return {static_cast<std::uint32_t>(fd.get()), 0};
}

timespec to_timespec(Nanoseconds time) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {seconds.count(), (time - seconds).count()};
}

}  // namespace

EventLoop::EventLoop(UniqueFd listener, UniqueFd signal_fd, Services& services, Commands& commands,
                     Statistics& statistics)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      listener_(std::move(listener)),
      signal_fd_(std::move(signal_fd)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      services_(services),
      commands_(commands),
      statistics_(statistics) {
  if (!epoll_.valid()) throw_errno("epoll_create1");
  if (!timer_.valid()) throw_errno("timerfd_create");
  watch(EPOLL_CTL_ADD, listener_.get(), no_connection(listener_), EPOLLIN);
  watch(EPOLL_CTL_ADD, signal_fd_.get(), no_connection(signal_fd_), EPOLLIN);
  // Edge-triggered: it wakes the loop and need not be read.
  watch(EPOLL_CTL_ADD, timer_.get(), no_connection(timer_), EPOLLIN | EPOLLET);
}

void EventLoop::run() {
  while (!is_over()) {
    const std::size_t count = wait();
    turn_time_ = now();
    arrivals_.synchronise();
    for (std::size_t i = 0; i < count; ++i) dispatch(events_.at(i));
    if (turn_time_ >= accept_again_) resume_accepting();
    answer_due();
  }
}

bool EventLoop::is_over() const noexcept {
  return stop_deadline_ != kNever && (open_ == 0 || turn_time_ >= stop_deadline_);
}

TimePoint EventLoop::next_wake() const noexcept {
  return std::min({queue_.next_due(), accept_again_, stop_deadline_});
}

std::size_t EventLoop::wait() {
  const TimePoint wake = next_wake();
  const bool is_due = wake <= now();
  if (!is_due && wake != kNever) arm_timer(wake);
  const int count = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), is_due ? 0 : -1);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EINTR) return 0;
  throw_errno("epoll_wait");
}

void EventLoop::arm_timer(TimePoint wake) {
  if (wake == armed_) return;
  const itimerspec time{{}, to_timespec(wake.time_since_epoch())};
  if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr) != 0) throw_errno("timerfd_settime");
  armed_ = wake;
}

void EventLoop::dispatch(const epoll_event& event) {
  const ConnectionId id = unpack(event.data.u64);
  if (id == no_connection(signal_fd_)) {
    begin_stopping();
  } else if (id == no_connection(listener_)) {
    accept_clients();
  } else if (Connection* const connection = find(id)) {
    handle(*connection, event.events);
  }
}

void EventLoop::watch(int operation, int fd, ConnectionId id, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = pack(id);
  if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0) throw_errno("epoll_ctl");
}

void EventLoop::accept_clients() {
  for (int i = 0; i < kMaxAcceptsPerTurn; ++i) {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.valid()) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      // Out of descriptors or memory: the client waits in the listen queue, and epoll must not report it meanwhile.
      if (errno != EAGAIN) pause_accepting();
      return;
    }
    set_no_delay(fd.get());
    ArrivalClock::enable(fd.get());
    const auto slot = static_cast<std::size_t>(fd.get());
    if (connections_.size() <= slot) connections_.resize(slot + 1);
    const ConnectionId id{static_cast<std::uint32_t>(slot), ++generations_};
    connections_[slot] = std::make_unique<Connection>(std::move(fd), id);
    connections_[slot]->armed_events = EPOLLIN;
    watch(EPOLL_CTL_ADD, static_cast<int>(slot), id, EPOLLIN);
    ++open_;
    statistics_.connection_opened();
  }
}

void EventLoop::pause_accepting() {
  watch(EPOLL_CTL_MOD, listener_.get(), no_connection(listener_), 0);
  accept_again_ = turn_time_ + kAcceptPause;
}

void EventLoop::resume_accepting() {
  watch(EPOLL_CTL_MOD, listener_.get(), no_connection(listener_), EPOLLIN);
  accept_again_ = kNever;
}

Connection* EventLoop::find(ConnectionId id) noexcept {
  if (id.fd >= connections_.size()) return nullptr;
  Connection* const connection = connections_[id.fd].get();
  return connection != nullptr && connection->id() == id ? connection : nullptr;
}

void EventLoop::handle(Connection& connection, std::uint32_t events) {
  const bool readable = (events & EPOLLIN) != 0;
  // Broken, and nobody will read it to find out: while paused, for instance.
  const bool broken = (events & (EPOLLERR | EPOLLHUP)) != 0 && !readable;
  if (broken || !connection.flush() || (readable && !connection.receive(input_, arrivals_))) return close(connection);
  serve(connection);
}

void EventLoop::serve(Connection& connection) {
  while (const auto words = connection.next_command()) {
    if (!perform(connection, commands_.execute(*words))) return close(connection);
  }
  if (connection.broke_protocol() && !connection.finishing()) {
    connection.finish();
    if (!perform(connection, "-ERR Protocol error\r\n")) return close(connection);
  }
  settle(connection);
}

// False: the peer has gone.
bool EventLoop::perform(Connection& connection, Outcome outcome) {
  if (const auto* const call = std::get_if<PlannedCall>(&outcome)) {
    admit(connection, *call);
    return true;
  }
  if (std::holds_alternative<ResetHungCalls>(outcome)) {
    end_hung_calls();
    outcome = std::string(kResetReply);
  }
  auto& text = std::get<std::string>(outcome);
  if (connection.pending().empty()) return connection.send(text);
  connection.pending().add_text(connection.arrived(), std::move(text));
  return true;
}

void EventLoop::admit(Connection& connection, const PlannedCall& call) {
  const CallTicket ticket{connection.id(), connection.pending().add_call(call)};
  const auto begin = services_.workers(call.service).arrive(connection.arrived(), ticket);
  if (begin) begin_service(ticket, call, *begin);
}

void EventLoop::settle(Connection& connection) {
  if (connection.finished()) return close(connection);
  const std::uint32_t wanted = connection.wanted_events();
  if (wanted == connection.armed_events) return;
  watch(EPOLL_CTL_MOD, connection.fd(), connection.id(), wanted);
  connection.armed_events = wanted;
}

void EventLoop::close(Connection& connection) {
  // A client that leaves gives up its workers and its places in the queues.
  PendingReplies& pending = connection.pending();
  statistics_.calls_abandoned(pending.calls());
  const TimePoint at = now();
  const ConnectionId id = connection.id();
  while (!pending.empty()) {
    const std::uint32_t number = pending.first_number();
    const PendingReply reply = pending.pop();
    if (reply.state == ReplyState::queued) services_.workers(reply.call.service).remove({id, number});
    if (reply.state == ReplyState::in_service || reply.state == ReplyState::ending)
      end_service(reply.call.service, at);
  }
  statistics_.connection_closed();
  --open_;
  connections_[connection.id().fd].reset();  // closing the descriptor ends its watch
}

void EventLoop::begin_service(CallTicket call, const PlannedCall& planned, TimePoint begin) {
  Connection* const connection = find(call.connection);
  connection->pending().find(call.number).state = ReplyState::in_service;
  if (planned.fault != Fault::hang) queue_.push(begin + planned.delay, call);
}

// The worker takes the next call at the time it became free, however late this is seen: lateness does not add up.
void EventLoop::end_service(std::size_t service, TimePoint at) {
  const auto next = services_.workers(service).release(at);
  if (!next) return;
  Connection* const connection = find(next->call.connection);
  begin_service(next->call, connection->pending().find(next->call.number).call, next->begin);
}

void EventLoop::answer_due() {
  for (int i = 0; i < kMaxAnswersPerTurn; ++i) {
    const TimePoint at = now();
    const TimePoint due = queue_.next_due();
    if (due > at) return;
    const CallTicket ticket = queue_.pop();
    Connection* const connection = find(ticket.connection);
    if (connection == nullptr) continue;
    PendingReply& reply = connection->pending().find(ticket.number);
    reply.state = ReplyState::done;
    reply.due = due;
    end_service(reply.call.service, due);
    answer(*connection, at);
  }
}

// Sends what is done, in the order of the commands.
void EventLoop::answer(Connection& connection, TimePoint at) {
  while (connection.pending().front_done()) {
    const PendingReply reply = connection.pending().pop();
    if (!send_reply(connection, reply, at)) return close(connection);
  }
  // There may be room again for commands read before.
  serve(connection);
}

// False: the connection has ended, by its peer or by the fault of the call.
bool EventLoop::send_reply(Connection& connection, const PendingReply& reply, TimePoint at) {
  if (!reply.is_call) return connection.send(reply.text);
  if (reply.call.fault == Fault::hang) {  // ended by RESET
    statistics_.calls_abandoned(1);
    return connection.send("-ERR simulated hang, ended by RESET\r\n");
  }
  bool goes_on = false;
  if (reply.call.fault == Fault::reset) {
    connection.reset_on_close();
  } else {
    reply_.clear();
    if (reply.call.fault == Fault::fail)
      reply_ = "-ERR simulated failure\r\n";
    else
      append_call_reply(reply_, reply.call.reply_bytes);
    goes_on = connection.send(reply_);
    if (!goes_on) {
      statistics_.calls_abandoned(1);
      return false;
    }
  }
  statistics_.call_completed(reply.call.delay, at - reply.due);
  return goes_on;
}

// They become due now. Those that still queue hang when their turn comes.
void EventLoop::end_hung_calls() {
  const TimePoint at = now();
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection == nullptr) continue;
    PendingReplies& pending = connection->pending();
    for (std::uint32_t i = 0; i < pending.size(); ++i) {
      const std::uint32_t number = pending.first_number() + i;
      PendingReply& reply = pending.find(number);
      const bool hangs = reply.is_call && reply.state == ReplyState::in_service && reply.call.fault == Fault::hang;
      if (!hangs) continue;
      reply.state = ReplyState::ending;
      queue_.push(at, {connection->id(), number});
    }
  }
}

void EventLoop::begin_stopping() {
  signalfd_siginfo signal{};
  if (::read(signal_fd_.get(), &signal, sizeof signal) < 0) return;
  const bool again = stop_deadline_ != kNever;
  stop_deadline_ = again ? turn_time_ : turn_time_ + kStopGrace;
  accept_again_ = kNever;
  if (again) return;
  listener_.reset();
  for (const std::unique_ptr<Connection>& connection : connections_) {
    if (connection == nullptr) continue;
    connection->finish();
    settle(*connection);
  }
}

}  // namespace interleave
