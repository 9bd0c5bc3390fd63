// A hand-written epoll loop with the shared session and nothing else: how much do libuv and Asio add?
#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/loop/loop_server.hpp"
#include "servers/common/wake_event.hpp"
#include "servers/epoll_minimal/epoll_stream.hpp"

namespace interleave {
namespace {

class EpollMinimal final : public LoopServer {
 public:
  EpollMinimal(const ServerConfig& config, const Service& service, Counters& counters)
      : LoopServer(config, service, counters), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.valid()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    context_.epoll = epoll_.get();
    context_.read_buffer = read_buffer_;
  }

  Endpoint listen() override {
    listener_ = listen_tcp(config().listen, Blocking::no);
    watch(listener_.get(), EPOLL_CTL_ADD, 0, &listener_);
    watch(stop_.fd(), EPOLL_CTL_ADD, EPOLLIN, &stop_);
    return local_endpoint(listener_.get());
  }

  void run() override {
    begin_accepting();
    std::array<epoll_event, 256> events;
    while (!finished_ || !context_.closed.empty()) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms());
      for (const epoll_event& event : std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
        dispatch(event);
      }
      if (now() >= timer_at_) {
        timer_at_ = kNever;
        timer_expired();
      }
      tell_closed();
    }
  }

  void stop() noexcept override { stop_.raise(); }

 private:
  void watch(int fd, int operation, std::uint32_t events, void* who) const {
    epoll_event event{};
    event.events = events;
    event.data.ptr = who;
    if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }

  void dispatch(const epoll_event& event) {
    if (event.data.ptr == &listener_) {
      accept();
    } else if (event.data.ptr == &stop_) {
      watch(stop_.fd(), EPOLL_CTL_DEL, 0, nullptr);
      begin_stop();
    } else {
      static_cast<EpollStream*>(event.data.ptr)->on_ready(event.events);
    }
  }

  // Rounded up: a deadline is never early, and a timeout of 0 would spin until it comes.
  [[nodiscard]] int timeout_ms() const {
    if (!context_.closed.empty()) return 0;
    if (timer_at_ == kNever) return -1;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(timer_at_ - now()).count();
    return static_cast<int>(std::clamp<decltype(wait)>(wait, 0, 60'000));
  }

  // Streams that closed are told after the batch; being told may close others.
  void tell_closed() {
    // NOLINTNEXTLINE(modernize-loop-convert): it grows
    for (std::size_t i = 0; i < context_.closed.size(); ++i) context_.closed[i]->tell_closed();
    context_.closed.clear();
  }

  void accept() {
    UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!client.valid()) {
      if (!accept_must_pause(errno)) return;
      accept_wanted_ = false;
      listen_for_clients(false);
      return accept_failed();
    }
    accept_wanted_ = false;
    set_no_delay(client.get());
    add_client(
        [&](StreamEvents& events) { return std::make_unique<EpollStream>(context_, events, std::move(client)); });
    listen_for_clients(accept_wanted_);
  }

  void listen_for_clients(bool wanted) {
    if (!listener_.valid() || wanted == listening_) return;
    watch(listener_.get(), EPOLL_CTL_MOD, wanted ? std::uint32_t{EPOLLIN} : 0U, &listener_);
    listening_ = wanted;
  }

  // LoopIo
  std::unique_ptr<Stream> connect(const Endpoint& endpoint, StreamEvents& events) override {
    return std::make_unique<EpollStream>(context_, events, endpoint);
  }
  void set_timer(TimePoint at) override { timer_at_ = at; }
  void accept_next() override {
    accept_wanted_ = true;
    listen_for_clients(true);
  }
  void stop_accepting() override { listener_.reset(); }
  void finish() override { finished_ = true; }

  UniqueFd epoll_;
  UniqueFd listener_;
  WakeEvent stop_;
  EpollContext context_;
  TimePoint timer_at_ = kNever;
  bool accept_wanted_ = false;
  bool listening_ = false;
  bool finished_ = false;
  // One for all streams: what is read is consumed before the next read.
  std::array<std::byte, 64 * std::size_t{1024}> read_buffer_{};
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "loop",
          .summary = "One thread with a hand-written epoll loop: what the libraries' loops add to",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters", "trace"},
          .options = {},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<EpollMinimal>(config, service, counters);
}

}  // namespace interleave
