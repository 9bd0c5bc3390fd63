// Not a model: the ruler. A fixed reply to every request head, no routing, no session, the fewest system calls a
// readiness loop can make (one epoll_wait for a batch, one read and one write per request). It shows what this
// machine's kernel and the load generator allow; no model can be faster by being a better model.
//
// It does not parse HTTP: it counts the blank lines that end request heads. Bodies are not supported.
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "servers/common/accept_pause.hpp"
#include "servers/common/server.hpp"
#include "servers/common/wake_event.hpp"

namespace interleave {
namespace {

constexpr std::string_view kReply =
    "HTTP/1.1 200 OK\r\n"
    "Content-Length: 13\r\n"
    "Content-Type: text/plain\r\n"
    "\r\n"
    "Hello, world\n";

// Counts ends of heads ("\r\n\r\n") in a stream cut anywhere.
class HeadCounter {
 public:
  unsigned count(std::string_view data) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    unsigned heads = 0;
    for (const char c : data) {
      if (c == kEnd[matched_]) {
        ++matched_;
      } else {
        matched_ = c == '\r' ? 1 : 0;
      }
      if (matched_ < kEnd.size()) continue;
      matched_ = 0;
      ++heads;
    }
    return heads;
  }

 private:
  std::size_t matched_ = 0;
};

struct Client {
  UniqueFd fd;
  HeadCounter heads;
  std::uint64_t responses = 0;
};

class Ceiling final : public Server {
 public:
  Ceiling(ServerConfig config, Counters& counters)
      : config_(std::move(config)), shard_(counters.shard(0)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_.valid()) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    replies_.reserve(kMostAtOnce * kReply.size());
    for (std::size_t i = 0; i < kMostAtOnce; ++i) replies_ += kReply;
  }

  Endpoint listen() override {
    listener_ = listen_tcp(config_.listen, Blocking::no);
    watch(listener_.get(), EPOLL_CTL_ADD, EPOLLIN);
    watch(stop_.fd(), EPOLL_CTL_ADD, EPOLLIN);
    return local_endpoint(listener_.get());
  }

  void run() override {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms());
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == stop_.fd()) return close_all();
        if (fd == listener_.get()) {
          accept();
        } else {
          serve(fd);
        }
      }
      if (!listening_ && accept_pause_.over(now())) listen_for_clients(true);
    }
  }

  void stop() noexcept override { stop_.raise(); }

 private:
  static constexpr std::size_t kMostAtOnce = 64;  // pipelined requests answered with one write

  void watch(int fd, int operation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0) {
      throw std::system_error(errno, std::generic_category(), "epoll_ctl");
    }
  }

  void accept() {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.valid()) {
      if (!accept_must_pause(errno)) return;
      accept_pause_.begin(now());
      return listen_for_clients(false);
    }
    bump(shard_.connections_accepted);
    set_no_delay(fd.get());
    watch(fd.get(), EPOLL_CTL_ADD, EPOLLIN);
    const int key = fd.get();
    clients_[key] = Client{.fd = std::move(fd), .heads = {}, .responses = 0};
  }

  void listen_for_clients(bool wanted) {
    if (wanted == listening_) return;
    watch(listener_.get(), EPOLL_CTL_MOD, wanted ? std::uint32_t{EPOLLIN} : 0U);
    listening_ = wanted;
  }

  [[nodiscard]] int timeout_ms() const { return accept_pause_.active() ? int{kAcceptPause.count()} : -1; }

  void serve(int fd) {
    const ssize_t received = ::recv(fd, buffer_.data(), buffer_.size(), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (received <= 0) return close(fd, received < 0);
    bump(shard_.bytes_in, static_cast<std::uint64_t>(received));
    Client& client = clients_[fd];
    const unsigned heads = client.heads.count({buffer_.data(), static_cast<std::size_t>(received)});
    for (unsigned left = heads; left > 0;) {
      const unsigned now = std::min<unsigned>(left, kMostAtOnce);
      if (!reply(client, now)) return close(fd, true);
      left -= now;
    }
  }

  // A ruler has no output queue: a client that does not read its replies is cut off.
  bool reply(Client& client, unsigned count) {
    const std::size_t size = count * kReply.size();
    if (::send(client.fd.get(), replies_.data(), size, MSG_NOSIGNAL) != static_cast<ssize_t>(size)) return false;
    if (client.responses == 0) bump(shard_.connections_answered);
    client.responses += count;
    bump(shard_.requests, count);
    bump(shard_.responses[status_index(200)], count);
    bump(shard_.bytes_out, size);
    return true;
  }

  void close_all() {
    for (const auto& [fd, client] : clients_) shard_.connection_ends(client.responses);
    bump(shard_.connections_closed, clients_.size());
    clients_.clear();
  }

  void close(int fd, bool reset) {
    shard_.connection_ends(clients_[fd].responses);
    clients_.erase(fd);
    accept_pause_.end();
    bump(shard_.connections_closed);
    if (reset) bump(shard_.connections_reset);
  }

  ServerConfig config_;
  Counters::Shard& shard_;
  WakeEvent stop_;
  UniqueFd epoll_;
  UniqueFd listener_;
  bool listening_ = true;
  AcceptPause accept_pause_;
  std::unordered_map<int, Client> clients_;
  std::array<char, 16 * std::size_t{1024}> buffer_{};
  std::string replies_;
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "ruler",
          .summary = "Not a model but the ruler: a fixed reply with the fewest system calls",
          .capabilities = {"keep_alive", "pipelining", "concurrent_clients", "live_counters"},
          .options = {},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service&, Counters& counters) {
  return std::make_unique<Ceiling>(config, counters);
}

}  // namespace interleave
