// The recovery proven on the real wrk, against a server on loopback whose latencies vary. Needs wrk and takes about 8
// s; the only test of this folder with a process, sockets and a clock.
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/base/rng.hpp"
#include "core/net/socket.hpp"
#include "harness/load/wrk.hpp"

namespace interleave {
namespace {

// Answers each request after an exponential delay of 3 ms, now and then 20 times as long. One thread, poll(2).
class VariableServer {
 public:
  VariableServer()
      : listener_(listen_tcp({}, Blocking::no)), thread_([this](const std::stop_token& stop) { serve(stop); }) {}

  [[nodiscard]] std::string url() const { return "http://" + to_string(local_endpoint(listener_.get())) + "/"; }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> polled{{.fd = listener_.get(), .events = POLLIN, .revents = 0}};
      for (const auto& [fd, owner] : clients_) polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
      constexpr int kTickMs = 1;
      (void)::poll(polled.data(), polled.size(), kTickMs);
      if (polled[0].revents != 0) accept_all();
      for (std::size_t i = 1; i < polled.size(); ++i) {
        if (polled[i].revents != 0) read_request(polled[i].fd);
      }
      answer_due();
    }
  }

  void accept_all() {
    for (int fd = ::accept(listener_.get(), nullptr, nullptr); fd >= 0;
         fd = ::accept(listener_.get(), nullptr, nullptr)) {
      clients_.emplace(fd, UniqueFd(fd));
    }
  }

  void read_request(int fd) {
    std::array<char, 4096> buffer{};
    if (::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT) <= 0) {
      std::erase_if(due_, [fd](const auto& entry) { return entry.second == fd; });
      clients_.erase(fd);
      return;
    }
    double delay_ms = -3 * std::log(unit_interval(random_.next()));
    if (random_.next() % 200 == 0) delay_ms *= 20;
    due_.emplace(now() + std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double, std::milli>(delay_ms)),
                 fd);
  }

  void answer_due() {
    constexpr std::string_view kReply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    while (!due_.empty() && due_.begin()->first <= now()) {
      (void)::send(due_.begin()->second, kReply.data(), kReply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      due_.erase(due_.begin());
    }
  }

  UniqueFd listener_;
  SplitMix64 random_{1};
  std::map<int, UniqueFd> clients_;
  std::multimap<TimePoint, int> due_;
  std::jthread thread_;  // last: joins before the rest goes
};

DriverResult run_wrk(const std::string& url, std::uint32_t connections, const std::string& report) {
  WrkJob job;
  job.url = url;
  job.connections = connections;
  job.duration = std::chrono::seconds(2);
  job.script = INTERLEAVE_SOURCE_DIR "/harness/load/wrk_report.lua";
  job.report = report;
  const DriverCommand command = wrk_command(job);
  std::string line;
  for (const auto& [name, value] : command.environment) line.append(name).append("='").append(value).append("' ");
  for (const std::string& argument : command.arguments) line.append("'").append(argument).append("' ");
  if (std::system((line + ">/dev/null").c_str()) != 0) throw DriverReportError("wrk failed: " + line);
  return read_wrk_report(report, connections);
}

TEST(RealWrk, has_its_rewriting_undone_exactly) {
  VariableServer server;
  const std::string report = testing::TempDir() + "wrk_real_" + std::to_string(::getpid()) + ".json";
  for (const std::uint32_t connections : {1U, 16U, 64U, 200U}) {
    const DriverResult result = run_wrk(server.url(), connections, report);
    EXPECT_EQ(result.errors.total(), 0U);
    EXPECT_EQ(result.wrk->recovery, Recovery::exact) << connections << " connections";
    EXPECT_TRUE(result.wrk->corrected) << connections << " connections: nothing was rewritten, so nothing is proven";
    ASSERT_TRUE(result.latency_us && result.wrk->reported);
    const auto raw_median = static_cast<double>(quantile(*result.latency_us, 0.5));
    EXPECT_GT(result.wrk->reported->p50_us, raw_median) << connections << " connections";
    // Little: on a waiting server connections are outside a request only while a busy machine keeps wrk from running.
    // A mean over rewritten values would exceed the cycle.
    const double cycle = static_cast<double>(result.duration_us) * connections / static_cast<double>(result.requests);
    EXPECT_GT(*mean_value(*result.latency_us), cycle / 2) << connections << " connections";
    EXPECT_LT(*mean_value(*result.latency_us), cycle * 1.1) << connections << " connections";
    RecordProperty("connections_" + std::to_string(connections),
                   "requests " + std::to_string(result.requests) + ", p50 reported " +
                       std::to_string(result.wrk->reported->p50_us) + " us, raw " + std::to_string(raw_median) +
                       " us");
  }
  ::unlink(report.c_str());
}

TEST(RealWrk, reports_a_histogram_too_large_as_capped) {
  VariableServer server;
  const std::string report = testing::TempDir() + "wrk_capped_" + std::to_string(::getpid()) + ".json";
  ASSERT_EQ(::setenv("INTERLEAVE_WRK_MAX_STEPS", "10", 1), 0);
  const DriverResult result = run_wrk(server.url(), 4, report);
  ::unsetenv("INTERLEAVE_WRK_MAX_STEPS");
  EXPECT_EQ(result.wrk->recovery, Recovery::capped);
  EXPECT_FALSE(result.latency_us.has_value());
  EXPECT_GT(result.requests, 0U);
  ::unlink(report.c_str());
}

}  // namespace
}  // namespace interleave
