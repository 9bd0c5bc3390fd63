// What switching within one thread costs: a stackless coroutine of the language, a stackful context, a scheduled
// fiber. One iteration goes there and back: two switches.
#include <coroutine>
#include <cstdint>
#include <exception>
#include <utility>

#include <benchmark/benchmark.h>
#include <boost/context/fiber.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>

namespace interleave {
namespace {

// Counts each time it is resumed, for ever; ends with its owner.
class Counter {
 public:
  struct promise_type {  // NOLINT(readability-identifier-naming): the language's name
    Counter get_return_object() { return Counter(std::coroutine_handle<promise_type>::from_promise(*this)); }
    static std::suspend_always initial_suspend() noexcept { return {}; }
    static std::suspend_always final_suspend() noexcept { return {}; }
    static void return_void() noexcept {}
    static void unhandled_exception() noexcept { std::terminate(); }
  };
  explicit Counter(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  Counter(Counter&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}  // older clang asks for it
  Counter& operator=(Counter&&) = delete;
  ~Counter() {
    if (handle_) handle_.destroy();
  }
  void resume() const { handle_.resume(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

Counter count(std::int64_t& calls) {  // NOLINT(readability-static-accessed-through-instance): the compiler does
  for (;;) {
    ++calls;
    co_await std::suspend_always{};
  }
}

void coroutine(benchmark::State& state) {
  std::int64_t calls = 0;
  const Counter counter = count(calls);
  for ([[maybe_unused]] auto _ : state) {
    counter.resume();
    benchmark::DoNotOptimize(calls);
  }
  if (calls != state.iterations()) state.SkipWithError("not resumed every time");
}
BENCHMARK(coroutine)->Name("switch/coroutine");

void context(benchmark::State& state) {
  std::int64_t calls = 0;
  bool over = false;
  boost::context::fiber other([&](boost::context::fiber&& caller) {
    while (!over) {
      ++calls;
      caller = std::move(caller).resume();
    }
    return std::move(caller);
  });
  for ([[maybe_unused]] auto _ : state) other = std::move(other).resume();
  if (calls != state.iterations()) state.SkipWithError("not resumed every time");
  over = true;
  other = std::move(other).resume();
}
BENCHMARK(context)->Name("switch/boost_context");

void fiber(benchmark::State& state) {
  std::int64_t calls = 0;
  bool over = false;
  boost::fibers::fiber other([&] {
    while (!over) {
      ++calls;
      boost::this_fiber::yield();
    }
  });
  for ([[maybe_unused]] auto _ : state) boost::this_fiber::yield();
  if (calls < state.iterations()) state.SkipWithError("not run every time");
  over = true;
  other.join();
}
BENCHMARK(fiber)->Name("switch/boost_fiber");

}  // namespace
}  // namespace interleave
