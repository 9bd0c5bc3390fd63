// What an event loop's own moves cost: posting a callback, a timer, finding a descriptor ready. One thread.
#include <chrono>
#include <cstdint>

#include <benchmark/benchmark.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <uv.h>

#include "core/base/unique_fd.hpp"

namespace interleave {
namespace {

class UvLoop {
 public:
  UvLoop() { ::uv_loop_init(&loop_); }
  ~UvLoop() {
    ::uv_walk(
        &loop_, [](uv_handle_t* handle, void*) { ::uv_close(handle, nullptr); }, nullptr);
    ::uv_run(&loop_, UV_RUN_DEFAULT);
    ::uv_loop_close(&loop_);
  }
  UvLoop(const UvLoop&) = delete;
  UvLoop& operator=(const UvLoop&) = delete;
  uv_loop_t* get() { return &loop_; }

 private:
  uv_loop_t loop_{};
};

// libuv's way into a loop is a descriptor: a write and a read of it per turn.
void uv_post(benchmark::State& state) {
  UvLoop loop;
  std::int64_t calls = 0;
  uv_async_t async{};
  async.data = &calls;
  ::uv_async_init(loop.get(), &async, [](uv_async_t* handle) { ++*static_cast<std::int64_t*>(handle->data); });
  for ([[maybe_unused]] auto _ : state) {
    ::uv_async_send(&async);
    ::uv_run(loop.get(), UV_RUN_ONCE);
  }
  if (calls < state.iterations()) state.SkipWithError("a callback was not called");
}
BENCHMARK(uv_post)->Name("libuv/post");

void uv_timer(benchmark::State& state) {
  UvLoop loop;
  std::int64_t calls = 0;
  uv_timer_t timer{};
  timer.data = &calls;
  ::uv_timer_init(loop.get(), &timer);
  for ([[maybe_unused]] auto _ : state) {
    ::uv_timer_start(
        &timer, [](uv_timer_t* handle) { ++*static_cast<std::int64_t*>(handle->data); }, 0, 0);
    ::uv_run(loop.get(), UV_RUN_ONCE);
  }
  if (calls < state.iterations()) state.SkipWithError("a timer did not fire");
}
BENCHMARK(uv_timer)->Name("libuv/timer");

void asio_post(benchmark::State& state) {
  boost::asio::io_context context;
  std::int64_t calls = 0;
  for ([[maybe_unused]] auto _ : state) {
    boost::asio::post(context, [&calls] { ++calls; });
    context.restart();
    context.run();
  }
  if (calls != state.iterations()) state.SkipWithError("a handler was not called");
}
BENCHMARK(asio_post)->Name("asio/post");

void asio_timer(benchmark::State& state) {
  boost::asio::io_context context;
  boost::asio::steady_timer timer(context);
  std::int64_t calls = 0;
  for ([[maybe_unused]] auto _ : state) {
    timer.expires_after(std::chrono::nanoseconds(0));
    timer.async_wait([&calls](const boost::system::error_code&) { ++calls; });
    context.restart();
    context.run();
  }
  if (calls != state.iterations()) state.SkipWithError("a timer did not fire");
}
BENCHMARK(asio_timer)->Name("asio/timer");

// Level-triggered, one of `ready` descriptors ready: asking is all that is done.
void epoll_ready(benchmark::State& state) {
  const UniqueFd event(::eventfd(1, EFD_CLOEXEC));
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  epoll_event interest{.events = EPOLLIN, .data = {}};
  ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, event.get(), &interest);
  epoll_event found{};
  for ([[maybe_unused]] auto _ : state) {
    if (::epoll_wait(epoll.get(), &found, 1, -1) != 1) state.SkipWithError("not ready");
  }
}
BENCHMARK(epoll_ready)->Name("epoll/wait_ready");

}  // namespace
}  // namespace interleave
