// When requests that all arrive at once should be answered: a small simulation of the discipline, with the nominal
// times of the workload and nothing for the implementation. Pure functions.
//
// Each request is a chain of CPU work and waits. At most c requests are in progress (in order of arrival); CPU work
// needs one of k cores, which are given to whoever became ready first (of two at the same time, the one that arrived
// first) and kept until the work is done; waits overlap without limit. Lock contention is not modelled.
#pragma once
#include <chrono>
#include <span>
#include <vector>

#include "core/workload/workload.hpp"
#include "harness/predict/predict.hpp"

namespace interleave {

struct Demand {
  enum class Kind : std::uint8_t { cpu, wait };
  Kind kind = Kind::cpu;
  std::chrono::nanoseconds time{0};
};
using DemandChain = std::vector<Demand>;

// A route's steps. Calls of a `parallel` step overlap in a loop and follow each other elsewhere. Of a random latency:
// its mean. Serializing and file reads have no nominal time and count as nothing.
[[nodiscard]] DemandChain demands_of(const Workload& workload, const Route& route, bool calls_overlap);

// When each is done, all having arrived at 0.
[[nodiscard]] std::vector<std::chrono::nanoseconds> finish_times(std::span<const DemandChain> requests,
                                                                 const Capacity& capacity);

}  // namespace interleave
