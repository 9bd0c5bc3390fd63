// A partner thread for the benchmarks of handing over: it answers every signal of the measuring thread until that one
// hangs up. Where they run is the question: on one core each hand-off is a context switch, on two it is a wake-up.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

#include <benchmark/benchmark.h>
#include <sched.h>

namespace interleave {

enum class Cores : std::uint8_t { one, two };

// The processors this process may use: the first, and the last; equal if there is only one.
inline std::pair<std::size_t, std::size_t> first_and_last_cpu() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  ::sched_getaffinity(0, sizeof mask, &mask);
  std::size_t last = 0;
  std::size_t first = CPU_SETSIZE;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &mask)) continue;
    first = std::min(first, cpu);
    last = cpu;
  }
  return {first, last};
}

// Pins the calling thread for as long as it lives.
class PinnedHere {
 public:
  explicit PinnedHere(std::size_t cpu) {
    CPU_ZERO(&before_);
    ::sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t mask;
    CPU_ZERO(&mask);
    CPU_SET(cpu, &mask);
    ::sched_setaffinity(0, sizeof mask, &mask);
  }
  ~PinnedHere() { ::sched_setaffinity(0, sizeof before_, &before_); }
  PinnedHere(const PinnedHere&) = delete;
  PinnedHere& operator=(const PinnedHere&) = delete;

 private:
  cpu_set_t before_{};
};

// Runs `ping` in the benchmark's loop and `pong` in a partner thread until `hang_up` has made it return. One
// iteration is a round trip: two hand-offs.
template <class Ping, class Pong, class HangUp>
void round_trips(benchmark::State& state, Cores cores, Ping ping, Pong pong, HangUp hang_up) {
  const auto [first, last] = first_and_last_cpu();
  if (cores == Cores::two && first == last) return state.SkipWithError("only one processor");
  const PinnedHere here(first);
  std::thread partner([&, there_cpu = cores == Cores::one ? first : last] {
    const PinnedHere there(there_cpu);
    pong();
  });
  for ([[maybe_unused]] auto _ : state) ping();
  hang_up();
  partner.join();
}

}  // namespace interleave
