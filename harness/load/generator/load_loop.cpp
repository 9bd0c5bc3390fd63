#include "harness/load/generator/load_loop.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kStopEvent = UINT64_MAX;
constexpr std::uint32_t kConnectsAtOnce = 128;  // a listen queue is 4096 long at best, often 128
constexpr int kDuePerEvent = 8;                 // requests sent between two replies
constexpr int kDuePerTurn = 64;
constexpr int kCensoredAtOnce = 4096;
constexpr Nanoseconds kSpinBefore = 200us;

[[noreturn]] void throw_errno(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

std::optional<Timeline> make_timeline(const LoopOptions& options) {
  if (options.timeline <= 0ns) return std::nullopt;
  return std::optional<Timeline>(std::in_place, options.timeline, time_range(options.traffic.deadline));
}

std::optional<RequestLog> make_request_log(const LoopOptions& options) {
  if (!options.request_log) return std::nullopt;
  return RequestLog(*options.request_log);
}

timespec to_timespec(Nanoseconds time) noexcept {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {seconds.count(), (time - seconds).count()};
}

}  // namespace

LoadLoop::LoadLoop(const LoopOptions& options, const ScheduleCursor& schedule, const LoopSurroundings& surroundings)
    : surroundings_(surroundings),
      wait_(options.wait),
      tally_(options.traffic.deadline),
      timeline_(make_timeline(options)),
      request_log_(make_request_log(options)),
      traffic_(options.traffic, schedule, *this, tally_, timeline_ ? &*timeline_ : nullptr,
               request_log_ ? &*request_log_ : nullptr),
      connections_(std::make_unique<Connection[]>(options.traffic.connections)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      scratch_(surroundings.mix.max_size()) {
  if (!epoll_.valid()) throw_errno("epoll_create1");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kStopEvent;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, surroundings_.stop_fd, &event) != 0) throw_errno("epoll_ctl");
}

void LoadLoop::open(TimePoint deadline) {
  bool more = true;
  while (!stopped_ && now() < deadline) {
    while (more && traffic_.connecting() < kConnectsAtOnce) more = traffic_.open_next();
    if (!more && traffic_.connecting() == 0) return;
    turn(poll_events(std::max<Nanoseconds>(deadline - now(), 0ns)));
  }
}

void LoadLoop::run(const Window& window, Nanoseconds drain) {
  ::prctl(PR_SET_TIMERSLACK, 1);  // ns, of this thread; the default of 50 us would be lateness
  HealthWatch watch;
  bool measured = false;
  if (!stopped_) traffic_.start(window);
  for (;;) {
    const TimePoint at = now();
    if (!watch.begun() && at >= window.begin) {
      watch.begin(at, spun_);
      health_.longest_turn = 0ns;
    }
    const bool over = at >= window.end || stopped_;
    if (over && watch.begun() && !measured) {
      const Nanoseconds longest = health_.longest_turn;
      health_ = watch.end(at, spun_);
      health_.longest_turn = longest;
      measured = true;
    }
    if (stopped_ || (over && (traffic_.is_quiet() || at >= window.end + drain))) break;
    const TimePoint mark = !watch.begun() ? window.begin : !over ? window.end : window.end + drain;
    const std::size_t count = wait(std::min(traffic_.next_wake(), mark));
    const TimePoint begin = now();
    turn(count);
    if (!measured) health_.longest_turn = std::max<Nanoseconds>(health_.longest_turn, now() - begin);
  }
  ended_ = now();
  // Of a rate far beyond what a thread can do these may be billions.
  while (!stopped_ && traffic_.censor_arrivals(ended_, kCensoredAtOnce)) look_for_stop();
  traffic_.finish(ended_);
}

void LoadLoop::look_for_stop() {
  pollfd stop{surroundings_.stop_fd, POLLIN, 0};
  stopped_ = ::poll(&stop, 1, 0) > 0;
}

// Returns when something has come, or it is time.
std::size_t LoadLoop::wait(TimePoint wake) {
  for (;;) {
    const TimePoint at = now();
    const Nanoseconds left = std::max<Nanoseconds>(wake - at, 0ns);
    const Nanoseconds ahead = wait_ == WaitMode::block ? 0ns : wait_ == WaitMode::hybrid ? kSpinBefore : left;
    const Nanoseconds timeout = std::max<Nanoseconds>(left - ahead, 0ns);
    const std::size_t count = poll_events(timeout);
    if (count != 0 || left == 0ns) return count;
    if (timeout == 0ns) spun_ += now() - at;
  }
}

std::size_t LoadLoop::poll_events(Nanoseconds timeout) {
  const timespec time = to_timespec(timeout);
  const int count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), &time, nullptr);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EINTR) return 0;
  throw_errno("epoll_pwait2");
}

// What is due is sent between replies too: a batch of replies must not make requests late.
void LoadLoop::turn(std::size_t events) {
  for (std::size_t i = 0; i < events; ++i) {
    dispatch(events_.at(i));
    advance_due(kDuePerEvent);
  }
  advance_due(kDuePerTurn);
}

void LoadLoop::advance_due(int most) {
  while (most-- > 0 && !stopped_ && traffic_.advance(now())) {
  }
}

void LoadLoop::dispatch(const epoll_event& event) {
  if (event.data.u64 == kStopEvent) {
    stopped_ = true;
    return;
  }
  const auto slot = static_cast<SlotIndex>(event.data.u64);
  const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32U);
  const Connection& connection = connections_[slot];
  if (!connection.fd.valid() || connection.generation != generation) return;
  if (traffic_.is_connecting(slot)) {
    handle_connecting(slot, event.events);
  } else {
    handle_open(slot, event.events);
  }
}

void LoadLoop::handle_connecting(SlotIndex slot, std::uint32_t events) {
  if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0) return;
  const int error = socket_error(connections_[slot].fd.get());
  const TimePoint at = now();
  if (error != 0) return traffic_.on_connect_failed(slot, error, at);
  watch(EPOLL_CTL_MOD, slot, EPOLLIN);
  traffic_.on_connected(slot, at);
}

void LoadLoop::handle_open(SlotIndex slot, std::uint32_t events) {
  if (connections_[slot].wants_write && (events & EPOLLOUT) != 0) {
    const int error = flush(slot, traffic_.id_of(slot));
    if (error != 0) return traffic_.on_broken(slot, error, now());
  }
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) receive(slot);
}

void LoadLoop::receive(SlotIndex slot) {
  const ssize_t size = ::recv(connections_[slot].fd.get(), input_.data(), input_.size(), 0);
  const int error = errno;
  if (size < 0 && (error == EAGAIN || error == EINTR)) return;
  const TimePoint at = now();
  if (size < 0) return traffic_.on_broken(slot, error, at);
  if (size == 0) return on_end(slot, at);
  tally_.bytes_received += static_cast<std::uint64_t>(size);
  on_bytes(slot, static_cast<std::size_t>(size), at);
}

void LoadLoop::on_bytes(SlotIndex slot, std::size_t size, TimePoint at) {
  if (!traffic_.is_waiting(slot)) return traffic_.on_broken(slot, EPROTO, at);  // nobody asked for them
  Connection& connection = connections_[slot];
  const ResponseParser::Result result = connection.parser.parse({input_.data(), size});
  switch (result.event) {
    case ResponseParser::Event::need_more:
      return;
    case ResponseParser::Event::failed:
      return traffic_.on_malformed(slot, at);
    case ResponseParser::Event::complete:
      // A reply before the request is out, or with something behind it: what comes next would be misread.
      const bool clean = result.consumed == size && !connection.wants_write;
      return reply(slot, clean && connection.parser.keep_alive(), at);
  }
}

// The peer has closed: that may be how its reply ends.
void LoadLoop::on_end(SlotIndex slot, TimePoint at) {
  const bool completes =
      traffic_.is_waiting(slot) && connections_[slot].parser.finish() == ResponseParser::Event::complete;
  if (completes) return reply(slot, false, at);
  traffic_.on_broken(slot, 0, at);
}

void LoadLoop::reply(SlotIndex slot, bool keep_alive, TimePoint at) {
  const int status = connections_[slot].parser.status();
  traffic_.on_reply(slot, status, surroundings_.mix.is_expected(traffic_.id_of(slot), status), keep_alive, at);
}

int LoadLoop::connect(SlotIndex slot) {
  Connection& connection = connections_[slot];
  const int error = surroundings_.dialer.dial(slot, connection.fd);
  if (error != 0) return error;
  ++connection.generation;
  watch(EPOLL_CTL_ADD, slot, EPOLLOUT);
  return 0;
}

int LoadLoop::send(SlotIndex slot, std::uint64_t id) {
  Connection& connection = connections_[slot];
  connection.parser.begin(surroundings_.mix.is_head());
  connection.written = 0;
  return flush(slot, id);
}

// What does not fit into the socket's buffer goes out when epoll says so: the text is made again then.
int LoadLoop::flush(SlotIndex slot, std::uint64_t id) {
  Connection& connection = connections_[slot];
  const std::string_view text = surroundings_.mix.text(id, scratch_.data()).substr(connection.written);
  ssize_t size = ::send(connection.fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
  if (size < 0 && errno != EAGAIN && errno != EINTR) return errno;
  size = std::max<ssize_t>(size, 0);
  tally_.bytes_sent += static_cast<std::uint64_t>(size);
  connection.written += static_cast<std::uint32_t>(size);
  const bool wants_write = static_cast<std::size_t>(size) < text.size();
  if (wants_write != connection.wants_write) {
    connection.wants_write = wants_write;
    watch(EPOLL_CTL_MOD, slot, wants_write ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }
  return 0;
}

void LoadLoop::close(SlotIndex slot) {
  connections_[slot].fd.reset();  // which ends its watch
  connections_[slot].wants_write = false;
}

void LoadLoop::watch(int operation, SlotIndex slot, std::uint32_t events) {
  const Connection& connection = connections_[slot];
  epoll_event event{};
  event.events = events;
  event.data.u64 = (std::uint64_t{connection.generation} << 32U) | slot;
  if (::epoll_ctl(epoll_.get(), operation, connection.fd.get(), &event) != 0) throw_errno("epoll_ctl");
}

}  // namespace interleave
