// The loop on real sockets: a request costs no allocation, in either loop.
#include <array>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "core/service/allocation_count.hpp"
#include "harness/load/generator/load_loop.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
constexpr std::size_t kConnections = 8;
constexpr std::size_t kMostClients = 64;  // of all runs, and two descriptors more

// Answers every read with one reply and allocates nothing, until its destructor.
class SmallServer {
 public:
  SmallServer() : listener_(listen_tcp({"127.0.0.1", 0}, Blocking::no)), endpoint_(local_endpoint(listener_.get())) {
    fds_.reserve(kMostClients);
    fds_.push_back({listener_.get(), POLLIN, 0});
    fds_.push_back({stop_.get(), POLLIN, 0});
    thread_ = std::jthread([this] { serve(); });
  }
  ~SmallServer() {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(stop_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
    thread_.join();
    for (std::size_t i = 2; i < fds_.size(); ++i) ::close(fds_[i].fd);
  }
  SmallServer(const SmallServer&) = delete;
  SmallServer& operator=(const SmallServer&) = delete;

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  void serve() {
    std::array<char, 4096> buffer{};
    while (::poll(fds_.data(), fds_.size(), -1) >= 0 && fds_[1].revents == 0) {
      for (std::size_t i = 2; i < fds_.size(); ++i) {
        if (fds_[i].revents == 0) continue;
        const ssize_t size = ::recv(fds_[i].fd, buffer.data(), buffer.size(), 0);
        if (size <= 0) {
          fds_[i].events = 0;
        } else {
          ::send(fds_[i].fd, kReply.data(), kReply.size(), MSG_NOSIGNAL);
        }
      }
      if (fds_[0].revents == 0 || fds_.size() == fds_.capacity()) continue;
      const int fd = ::accept(listener_.get(), nullptr, nullptr);
      if (fd >= 0) fds_.push_back({fd, POLLIN, 0});
    }
  }

  UniqueFd listener_;
  Endpoint endpoint_;
  UniqueFd stop_{::eventfd(0, 0)};
  std::vector<pollfd> fds_;
  std::jthread thread_;
};

struct Counted {
  Tally tally;
  std::uint64_t allocations;
};

Counted run_loop(const SmallServer& server, bool closed_loop, IdPlace ids, Nanoseconds duration) {
  const RequestMix mix({.authority = "a", .ids = ids, .routes = {{"/a", 1}, {"/b", 1}}});
  const Dialer dialer(server.endpoint(), {});
  const UniqueFd never(::eventfd(0, 0));
  LoopOptions options;
  options.traffic.closed_loop = closed_loop;
  options.traffic.connections = kConnections;
  options.traffic.deadline = 10s;
  options.traffic.queue_limit = 1000;
  options.timeline = 1s;
  const Schedule schedule{PoissonArrivals{2000}, 1, 0ns, duration};
  LoadLoop loop(options, ScheduleCursor(schedule, 0, 1), {mix, dialer, never.get()});
  loop.open(now() + 10s);
  const TimePoint begin = now();
  const std::uint64_t before = allocation_count();
  loop.run({begin, begin, begin + schedule.duration}, 10s);
  const std::uint64_t allocations = allocation_count() - before;  // read before the tally is copied
  return {loop.tally(), allocations};
}

// What a run allocates at its two ends, to read its own health, does not depend on how many requests there were.
void expect_none_per_request(bool closed_loop, IdPlace ids) {
  const SmallServer server;
  const Counted few = run_loop(server, closed_loop, ids, 20ms);
  const Counted many = run_loop(server, closed_loop, ids, 300ms);
  EXPECT_GT(many.tally.window.of(Outcome::ok), few.tally.window.of(Outcome::ok) + 100);
  EXPECT_EQ(many.allocations, few.allocations);
}

TEST(LoadLoopReal, a_request_costs_no_allocation) {
  if (!kCountsAllocations) GTEST_SKIP() << "the sanitizer's malloc cannot be replaced";
  for (const IdPlace ids : {IdPlace::none, IdPlace::query, IdPlace::header}) expect_none_per_request(false, ids);
}

TEST(LoadLoopReal, nor_in_a_closed_loop) {
  if (!kCountsAllocations) GTEST_SKIP() << "the sanitizer's malloc cannot be replaced";
  expect_none_per_request(true, IdPlace::none);
}

}  // namespace
}  // namespace interleave
