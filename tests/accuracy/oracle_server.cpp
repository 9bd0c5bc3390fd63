// An HTTP server whose every service is known: FCFS servers with one queue, and a log of when each request arrived,
// began and ended. From it and the generator's own log scripts/accuracy computes what the generator should have
// measured. One thread; ends by SIGTERM.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "core/base/atomic_file.hpp"
#include "core/base/program.hpp"
#include "core/http/request_parser.hpp"
#include "core/net/socket.hpp"
#include "core/workload/delay.hpp"
#include "tests/accuracy/fcfs_servers.hpp"
#include "tests/accuracy/oracle_options.hpp"

namespace interleave {
namespace {

constexpr std::string_view kReply = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
constexpr std::string_view kRefusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::size_t kHeadLimit = 8192;
constexpr std::uint64_t kBodyLimit = 0;
constexpr std::size_t kLogReserve = 1'000'000;
// epoll's names for what is not a client; clients are numbered from 0.
constexpr std::uint64_t kListener = UINT64_MAX;
constexpr std::uint64_t kSignal = UINT64_MAX - 1;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// SIGTERM and SIGINT as a descriptor. REQUIRES: no other thread.
UniqueFd open_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) fail("sigprocmask");
  UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) fail("signalfd");
  return fd;
}

struct Client {
  explicit Client(UniqueFd socket) : fd(std::move(socket)), parser(kHeadLimit, kBodyLimit) {}
  UniqueFd fd;
  RequestParser parser;
};

class OracleServer {
 public:
  explicit OracleServer(const OracleOptions& options)
      : options_(options),
        signals_(open_signals()),
        listener_(listen_tcp(options.listen, Blocking::no)),
        epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        servers_(options.servers) {
    if (!epoll_.valid()) fail("epoll_create1");
    watch(signals_.get(), kSignal);
    watch(listener_.get(), kListener);
    log_.reserve(kLogReserve);
  }

  [[nodiscard]] Endpoint endpoint() const { return local_endpoint(listener_.get()); }

  void run() {
    for (;;) {
      while (const auto served = servers_.finish(now())) answer(*served);
      const int count = wait();
      for (int i = 0; i < count; ++i) {
        const std::uint64_t name = events_.at(static_cast<std::size_t>(i)).data.u64;
        if (name == kSignal) return;
        if (name == kListener) {
          accept();
        } else {
          receive(name);
        }
      }
    }
  }

  // In the order in which the services ended.
  [[nodiscard]] std::string log_text() const {
    const auto ns = [](TimePoint point) { return point.time_since_epoch().count(); };
    std::string text = "id,arrived_ns,start_ns,end_ns\n";
    for (const ServedJob& served : log_) {
      text += fmt::format("{},{},{},{}\n", served.job.id, ns(served.job.arrived), ns(served.start), ns(served.end));
    }
    return text;
  }

 private:
  void watch(int fd, std::uint64_t name) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = name;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }

  int wait() {
    timespec timeout{};
    const TimePoint due = servers_.next_due();
    if (!options_.spin && due != kNever) {
      const Nanoseconds left = std::max<Nanoseconds>(due - now(), Nanoseconds(0));
      timeout = {left / std::chrono::seconds(1), (left % std::chrono::seconds(1)).count()};
    }
    const bool forever = !options_.spin && due == kNever;
    const int count = ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()),
                                     forever ? nullptr : &timeout, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    return count;
  }

  void accept() {
    UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd.valid()) return;
    set_no_delay(fd.get());
    watch(fd.get(), accepted_);
    clients_.emplace(accepted_++, std::make_unique<Client>(std::move(fd)));
  }

  void receive(std::uint64_t name) {
    const auto found = clients_.find(name);
    if (found == clients_.end()) return;  // closed earlier in this batch
    Client& client = *found->second;
    const ssize_t size = ::recv(client.fd.get(), buffer_.data(), buffer_.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0 || !take(name, client, {buffer_.data(), static_cast<std::size_t>(size)})) clients_.erase(found);
  }

  // False: not a request; the client is told and dropped.
  bool take(std::uint64_t name, Client& client, std::string_view data) {
    const TimePoint arrived = now();
    while (!data.empty()) {
      const RequestParser::Result result = client.parser.parse(data);
      data.remove_prefix(result.consumed);
      if (result.event == RequestParser::Event::failed) {
        static_cast<void>(::send(client.fd.get(), kRefusal.data(), kRefusal.size(), MSG_NOSIGNAL));
        return false;
      }
      if (result.event != RequestParser::Event::complete) continue;
      const std::optional<std::uint64_t> given = client.parser.head().id.value;
      const std::uint64_t id = given ? *given : unnamed_++;
      const CallKey key{.seed = options_.seed, .service = 0, .id = id, .index = 0};
      servers_.arrive({.id = id, .client = name, .service = call_delay(options_.service, key), .arrived = arrived});
      client.parser.reset();
    }
    return true;
  }

  void answer(const ServedJob& served) {
    log_.push_back(served);
    const auto client = clients_.find(served.job.client);
    if (client == clients_.end()) return;  // gone meanwhile; the work was done all the same
    const ssize_t sent = ::send(client->second->fd.get(), kReply.data(), kReply.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(kReply.size())) clients_.erase(client);
  }

  OracleOptions options_;
  UniqueFd signals_;
  UniqueFd listener_;
  UniqueFd epoll_;
  FcfsServers servers_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Client>> clients_;
  std::uint64_t accepted_ = 0;
  std::uint64_t unnamed_ = 1ULL << 62U;  // requests without an id, such as a probe
  std::vector<ServedJob> log_;
  std::array<epoll_event, 64> events_{};
  std::array<char, 65'536> buffer_{};
};

ExitCode serve(int argc, char** argv) {
  const auto options = parse_oracle_options(argc, argv);
  if (!options) return ExitCode::ok;
  raise_descriptor_limit();
  ::prctl(PR_SET_TIMERSLACK, 1);
  OracleServer server(*options);
  fmt::print("{{\"ready\":true,\"port\":{}}}\n", server.endpoint().port);
  std::fflush(stdout);
  server.run();
  write_atomically(options->log, server.log_text());
  return ExitCode::ok;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  return interleave::run_program([&] { return interleave::serve(argc, argv); });
}
