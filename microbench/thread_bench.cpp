// What a thread, a process and a lock cost.
#include <mutex>
#include <thread>

#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include "microbench/two_threads.hpp"
#include "servers/thread_pool/request_queue.hpp"

namespace interleave {
namespace {

// As thread_per_request does it, on the core of the one that creates.
void create_and_join(benchmark::State& state) {
  const PinnedHere here(first_and_last_cpu().first);
  for ([[maybe_unused]] auto _ : state) {
    std::thread thread([] {});
    thread.join();
  }
}
BENCHMARK(create_and_join)->Name("thread/create_and_join")->MeasureProcessCPUTime()->UseRealTime();

// The child's CPU time is not in the process's: only the parent's half is seen in it, the rest in the real time.
void fork_and_wait(benchmark::State& state) {
  const PinnedHere here(first_and_last_cpu().first);
  for ([[maybe_unused]] auto _ : state) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    if (child < 0) return state.SkipWithError("fork failed");
    int status = 0;
    ::waitpid(child, &status, 0);
  }
}
BENCHMARK(fork_and_wait)->Name("process/fork_and_wait")->UseRealTime();

void mutex_free(benchmark::State& state) {
  std::mutex mutex;
  for ([[maybe_unused]] auto _ : state) {
    const std::lock_guard lock(mutex);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(mutex_free)->Name("mutex/free");

std::mutex contended_mutex;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): shared by both threads

void mutex_contended(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    const std::lock_guard lock(contended_mutex);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(mutex_contended)->Name("mutex/contended")->Threads(2)->UseRealTime();

// Nobody waits: what the queue itself costs.
void queue_push_and_pop(benchmark::State& state) {
  RequestQueue<int> queue(16, 1);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(queue.try_push(1));
    benchmark::DoNotOptimize(queue.pop(0));
  }
}
BENCHMARK(queue_push_and_pop)->Name("queue/push_and_pop");

}  // namespace
}  // namespace interleave
