// What a connection costs, and what an exchange on it costs: without waiting, waiting in the kernel, waiting in
// epoll. TCP over loopback, 64 bytes each way. CPU time is that of the measuring thread alone: the server's side.
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.hpp"
#include "core/net/socket.hpp"
#include "microbench/two_threads.hpp"

namespace interleave {
namespace {

using Message = std::array<char, 64>;

// Both ends of a connection.
std::pair<UniqueFd, UniqueFd> connected() {
  const UniqueFd listener = listen_tcp({"127.0.0.1", 0}, Blocking::yes);
  UniqueFd client = connect_tcp(local_endpoint(listener.get()), Blocking::yes);
  UniqueFd server(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  set_no_delay(server.get());
  return {std::move(client), std::move(server)};
}

bool send_message(const UniqueFd& fd, const Message& message) {
  return ::send(fd.get(), message.data(), message.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(message.size());
}

bool receive_message(const UniqueFd& fd, Message& message) {
  return ::recv(fd.get(), message.data(), message.size(), MSG_WAITALL) == static_cast<ssize_t>(message.size());
}

// Seconds of `step`, for UseManualTime: what lies around it is the client's.
template <class Step>
double timed(Step step) {
  const TimePoint begin = now();
  step();
  return std::chrono::duration<double>(now() - begin).count();
}

// The server's half of a connection's life. The client resets it at the end, so that no port waits in TIME_WAIT.
void accept_and_close(benchmark::State& state) {
  const UniqueFd listener = listen_tcp({"127.0.0.1", 0}, Blocking::yes);
  const Endpoint at = local_endpoint(listener.get());
  const linger reset{.l_onoff = 1, .l_linger = 0};
  for ([[maybe_unused]] auto _ : state) {
    UniqueFd client = connect_tcp(at, Blocking::yes);
    UniqueFd server;
    double seconds = timed([&] {
      server.reset(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      set_no_delay(server.get());
    });
    ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    client.reset();
    seconds += timed([&] { server.reset(); });
    state.SetIterationTime(seconds);
  }
}
BENCHMARK(accept_and_close)->Name("socket/accept_and_close")->UseManualTime();

// The request is there already, and nobody waits for the reply: two system calls.
void exchange_no_wait(benchmark::State& state) {
  const auto [client, server] = connected();
  Message message{};
  bool good = true;
  for ([[maybe_unused]] auto _ : state) {
    good = send_message(client, message) && good;
    state.SetIterationTime(timed([&, &at = server] {
      good = receive_message(at, message) && good;
      good = send_message(at, message) && good;
    }));
    good = receive_message(client, message) && good;
  }
  if (!good) state.SkipWithError("a message was lost");
}
BENCHMARK(exchange_no_wait)->Name("socket/exchange_no_wait")->UseManualTime();

enum class Waiting { in_recv, in_epoll };

// A call to a peer on the other core and its reply, as a server calls its backend.
void round_trip(benchmark::State& state, Waiting waiting) {
  const std::pair<UniqueFd, UniqueFd> ends = connected();
  const UniqueFd& here = ends.first;
  const UniqueFd& peer = ends.second;
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event interest{.events = EPOLLIN, .data = {}};
  ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, here.get(), &interest);
  bool good = true;
  round_trips(
      state, Cores::two,
      [&] {
        Message message{};
        good = send_message(here, message) && good;
        epoll_event found{};
        if (waiting == Waiting::in_epoll) good = ::epoll_wait(epoll.get(), &found, 1, -1) == 1 && good;
        good = receive_message(here, message) && good;
      },
      [&] {
        Message message{};
        while (receive_message(peer, message)) {
          if (!send_message(peer, message)) return;
        }
      },
      [&] { ::shutdown(here.get(), SHUT_RDWR); });
  if (!good) state.SkipWithError("a message was lost");
}
BENCHMARK_CAPTURE(round_trip, blocking, Waiting::in_recv)->Name("socket/round_trip/blocking")->UseRealTime();
BENCHMARK_CAPTURE(round_trip, epoll, Waiting::in_epoll)->Name("socket/round_trip/epoll")->UseRealTime();

}  // namespace
}  // namespace interleave
