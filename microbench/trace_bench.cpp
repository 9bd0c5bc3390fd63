// What recording one event of a trace costs, and what a hook costs while nothing is recorded.
#include <atomic>
#include <cstdint>

#include <benchmark/benchmark.h>

#include "core/trace/trace_recorder.hpp"

namespace interleave {
namespace {

// Into a recorder with room for all of a batch, made anew for each outside of the timing.
void record_event(benchmark::State& state) {
  constexpr std::int64_t kEvents = 1'000'000;
  std::atomic<std::uint64_t> dropped{0};
  while (state.KeepRunningBatch(kEvents)) {
    state.PauseTiming();
    TraceRecorder recorder(dropped);
    TraceLane lane(&recorder);
    state.ResumeTiming();
    for (std::int64_t i = 0; i < kEvents; ++i) {
      lane.waiting(static_cast<std::uint32_t>(i), TraceOp::backend);
      benchmark::ClobberMemory();
    }
    if (dropped.load() > 0) return state.SkipWithError("an event found no room");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(record_event)->Name("trace/event");

void hook_without_recorder(benchmark::State& state) {
  TraceLane lane(nullptr);
  benchmark::DoNotOptimize(lane);
  for ([[maybe_unused]] auto _ : state) {
    lane.waiting(1, TraceOp::backend);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(hook_without_recorder)->Name("trace/off");

}  // namespace
}  // namespace interleave
