// How late is the backend? Loads a running interleave-backend and prints its STATS over the time of the load.
// Closed loop: each connection sends its next call when the reply of the last is there; the first calls are spread
// over --spread, so that due times are spread too. The rate is connections / (delay + overhead).
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <exception>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "core/backend/blocking_client.hpp"
#include "core/backend/resp.hpp"
#include "core/base/clock.hpp"
#include "core/base/program.hpp"
#include "core/net/socket.hpp"

namespace interleave {
namespace {

struct Options {
  std::string backend;
  std::string service = "db";
  std::uint32_t connections = 100;
  double spread_ms = 10;
  double seconds = 5;
};

struct Client {
  UniqueFd fd;
  ReplyReader reader;
};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Load {
 public:
  Load(const Endpoint& endpoint, const Options& options)
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        spread_(static_cast<std::int64_t>(options.spread_ms * 1e6)),
        length_(static_cast<std::int64_t>(options.seconds * 1e9)),
        service_(options.service) {
    for (std::uint32_t i = 0; i < options.connections; ++i) {
      clients_.push_back({connect_tcp(endpoint, Blocking::no), ReplyReader()});
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u32 = i;
      if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, clients_.back().fd.get(), &event) != 0) fail("epoll_ctl");
    }
  }

  // Returns the number of replies, all of them received.
  std::uint64_t run() {
    const TimePoint begin = now();
    const TimePoint end = begin + length_;
    while (started_ < clients_.size() || open_calls_ > 0) {
      const TimePoint next = begin + spread_ * static_cast<std::int64_t>(started_) / clients_.size();
      if (started_ < clients_.size() && now() >= next) {
        send_call(clients_[started_++]);
        continue;
      }
      wait(started_ < clients_.size() ? next - now() : std::chrono::seconds(5), end);
    }
    return replies_;
  }

 private:
  void wait(Nanoseconds time, TimePoint end) {
    timespec timeout{time / std::chrono::seconds(1), (time % std::chrono::seconds(1)).count()};
    if (time.count() < 0) timeout = {};
    const int count =
        ::epoll_pwait2(epoll_.get(), events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
    if (count < 0 && errno != EINTR) fail("epoll_pwait2");
    if (count == 0 && time >= std::chrono::seconds(1)) throw std::runtime_error("no reply for 5 s");
    for (int i = 0; i < count; ++i) receive(clients_[events_.at(static_cast<std::size_t>(i)).data.u32], now() < end);
  }

  void receive(Client& client, bool call_again) {
    const ssize_t size = ::recv(client.fd.get(), buffer_.data(), buffer_.size(), 0);
    if (size < 0) fail("recv");
    if (size == 0 || !client.reader.feed({buffer_.data(), static_cast<std::size_t>(size)}))
      throw std::runtime_error("the backend broke off");
    while (const auto reply = client.reader.next()) {
      if (reply->kind != Reply::Kind::bulk) throw std::runtime_error("the backend answered with an error");
      ++replies_;
      --open_calls_;
      if (call_again) send_call(client);
    }
  }

  void send_call(Client& client) {
    call_.clear();
    append_call(call_, service_, std::nullopt, 0);
    if (::send(client.fd.get(), call_.data(), call_.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(call_.size()))
      fail("send");
    ++open_calls_;
  }

  UniqueFd epoll_;
  Nanoseconds spread_;
  Nanoseconds length_;
  std::string service_;
  std::vector<Client> clients_;
  std::size_t started_ = 0;
  std::uint64_t open_calls_ = 0;
  std::uint64_t replies_ = 0;
  std::string call_;
  std::array<epoll_event, 64> events_{};
  std::array<std::byte, 65536> buffer_{};
};

void measure(const Options& options) {
  const auto endpoint = parse_endpoint(options.backend);
  if (!endpoint) throw UsageError("--backend '" + options.backend + "': want ADDRESS:PORT, as 127.0.0.1:7000");
  ::prctl(PR_SET_TIMERSLACK, 1);
  BlockingBackendClient control(*endpoint);
  Load load(*endpoint, options);
  const auto soon = [] { return now() + std::chrono::seconds(5); };
  static_cast<void>(control.command({"RESET"}, soon()));
  const std::string before = control.command({"STATS"}, soon());
  const TimePoint begin = now();
  const std::uint64_t replies = load.run();
  const double seconds = std::chrono::duration<double>(now() - begin).count();
  const std::string after = control.command({"STATS"}, soon());
  std::printf("{\"replies\":%llu,\"rate_rps\":%.0f,\n \"before\":%s,\n \"after\":%s}\n",
              static_cast<unsigned long long>(replies), static_cast<double>(replies) / seconds, before.c_str(),
              after.c_str());
}

// nullopt: --help was asked for and given.
std::optional<Options> parse_options(int argc, char** argv) {
  CLI::App app{"Loads a running interleave-backend and prints how late it was."};
  app.footer("Example:\n  backend_accuracy --backend 127.0.0.1:7000 --connections 100 --seconds 5");
  Options options;
  app.add_option("--backend", options.backend, "ADDRESS:PORT of interleave-backend")->required();
  app.add_option("--service", options.service, "service to call")->capture_default_str();
  app.add_option("--connections", options.connections, "one call at a time each")
      ->capture_default_str()
      ->check(CLI::Range(1, 20'000));
  app.add_option("--spread", options.spread_ms, "ms over which the first calls are spread")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 10'000.0));
  app.add_option("--seconds", options.seconds, "length of the load")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 600.0));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    app.exit(request);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
  return options;
}

ExitCode run(int argc, char** argv) {
  if (const auto options = parse_options(argc, argv)) measure(*options);
  return ExitCode::ok;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  return interleave::run_program([&] { return interleave::run(argc, argv); });
}
