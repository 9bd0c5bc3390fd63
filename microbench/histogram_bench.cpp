// What recording a latency costs.
#include <array>
#include <cstddef>

#include <benchmark/benchmark.h>

#include "core/base/histogram.hpp"
#include "core/base/rng.hpp"

namespace interleave {
namespace {

// Latencies from 1 us to 1 s, spread over the bins as a real distribution would be over a few rows.
void record(benchmark::State& state) {
  std::array<std::uint64_t, 4096> values{};
  SplitMix64 random(1);
  for (std::uint64_t& value : values) value = 1'000ULL << (random.next() % 20U) | random.next() % 1'000;
  Histogram histogram;
  std::size_t i = 0;
  for ([[maybe_unused]] auto _ : state) {
    histogram.record(values[i++ % values.size()]);
  }
  benchmark::DoNotOptimize(histogram.total_count());
}
BENCHMARK(record)->Name("histogram/record");

}  // namespace
}  // namespace interleave
