// What it costs to hand something to another thread and be handed it back, by the means of doing so; and what a bare
// context switch costs. CPU time is that of both threads together.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include <benchmark/benchmark.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/unique_fd.hpp"
#include "microbench/two_threads.hpp"
#include "servers/thread_pool/request_queue.hpp"

namespace interleave {
namespace {

enum class Turn : std::uint32_t { ping, pong, over };

void condition_variable(benchmark::State& state, Cores cores) {
  std::mutex mutex;
  std::condition_variable changed;
  Turn turn = Turn::ping;
  const auto pass = [&](Turn mine, Turn next) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return turn == mine || turn == Turn::over; });
    if (turn == Turn::over) return false;
    turn = next;
    changed.notify_one();
    return true;
  };
  round_trips(
      state, cores,
      [&] {
        pass(Turn::ping, Turn::pong);
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return turn == Turn::ping; });
      },
      [&] {
        while (pass(Turn::pong, Turn::ping)) {
        }
      },
      [&] {
        const std::lock_guard lock(mutex);
        turn = Turn::over;
        changed.notify_one();
      });
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t while_it_is) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, while_it_is, nullptr, nullptr, 0);
}

void futex_set(std::atomic<std::uint32_t>& word, Turn turn) {
  word = static_cast<std::uint32_t>(turn);
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void futex(benchmark::State& state, Cores cores) {
  constexpr auto kPing = static_cast<std::uint32_t>(Turn::ping);
  constexpr auto kPong = static_cast<std::uint32_t>(Turn::pong);
  std::atomic<std::uint32_t> turn{kPing};
  round_trips(
      state, cores,
      [&] {
        futex_set(turn, Turn::pong);
        while (turn == kPong) futex_wait(turn, kPong);
      },
      [&] {
        for (;;) {
          while (turn == kPing) futex_wait(turn, kPing);
          if (turn != kPong) return;
          futex_set(turn, Turn::ping);
        }
      },
      [&] { futex_set(turn, Turn::over); });
}

void event_descriptor(benchmark::State& state, Cores cores) {
  const UniqueFd to_pong(::eventfd(0, EFD_CLOEXEC));
  const UniqueFd to_ping(::eventfd(0, EFD_CLOEXEC));
  std::atomic<bool> over{false};
  const auto give = [](const UniqueFd& fd) { (void)::eventfd_write(fd.get(), 1); };
  const auto take = [](const UniqueFd& fd) {
    eventfd_t value = 0;
    (void)::eventfd_read(fd.get(), &value);
  };
  round_trips(
      state, cores,
      [&] {
        give(to_pong);
        take(to_ping);
      },
      [&] {
        for (;;) {
          take(to_pong);
          if (over) return;
          give(to_ping);
        }
      },
      [&] {
        over = true;
        give(to_pong);
      });
}

// The queue of thread_pool, there and back.
void bounded_queue(benchmark::State& state, Cores cores) {
  RequestQueue<int> to_worker(16, 1);
  RequestQueue<int> back(16, 1);
  round_trips(
      state, cores,
      [&] {
        (void)to_worker.push(1);
        benchmark::DoNotOptimize(back.pop(0));
      },
      [&] {
        while (const std::optional<int> item = to_worker.pop(0)) (void)back.push(*item);
      },
      [&] { (void)to_worker.close(); });
}

// Two threads on one core yield to each other: a switch with nothing around it. One iteration is two switches.
void yield(benchmark::State& state) {
  std::atomic<bool> over{false};
  round_trips(
      state, Cores::one, [] { ::sched_yield(); },
      [&] {
        while (!over) ::sched_yield();
      },
      [&] { over = true; });
}

#define INTERLEAVE_HANDOFF(function)                 \
  BENCHMARK_CAPTURE(function, one_core, Cores::one)  \
      ->Name("handoff/" #function "/one_core")       \
      ->MeasureProcessCPUTime()                      \
      ->UseRealTime();                               \
  BENCHMARK_CAPTURE(function, two_cores, Cores::two) \
      ->Name("handoff/" #function "/two_cores")      \
      ->MeasureProcessCPUTime()                      \
      ->UseRealTime()

INTERLEAVE_HANDOFF(condition_variable);
INTERLEAVE_HANDOFF(futex);
INTERLEAVE_HANDOFF(event_descriptor);
INTERLEAVE_HANDOFF(bounded_queue);
BENCHMARK(yield)->Name("switch/yield_on_one_core")->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
}  // namespace interleave
