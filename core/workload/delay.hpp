// The delay of a backend call, as a pure function: every model and both sides of an A/B face the same work, and the
// ideal answer can be computed.
#pragma once
#include <chrono>
#include <cstdint>

#include "core/workload/workload.hpp"

namespace interleave {

// Which call: `service` is the index in Workload::services, `id` names the request, `index` says which call of it.
struct CallKey {
  std::uint64_t seed = 0;
  std::uint64_t service = 0;
  std::uint64_t id = 0;
  std::uint64_t index = 0;
};

// No call takes longer: beyond every deadline, and a due time computed from it cannot overflow.
inline constexpr std::chrono::nanoseconds kLongestDelay = std::chrono::hours(1);

// Service time of the call, at most kLongestDelay. Inverse-transform sampling from one uniform number hashed from
// the key (lognormal: normal_quantile; trace of n: the value at floor(n u)).
[[nodiscard]] std::chrono::nanoseconds call_delay(const Latency& latency, const CallKey& key);

// What happens to a call in the end.
enum class Fault : std::uint8_t { none, fail, reset, hang, slow };

// Drawn from the same key as the delay, and independent of it: every model faces the same faults.
[[nodiscard]] Fault call_fault(const FaultSpec& faults, const CallKey& key);

struct CallFate {
  Fault fault = Fault::none;
  std::chrono::nanoseconds delay{0};  // of a slow call: the prolonged one, at most kLongestDelay
};
[[nodiscard]] CallFate call_fate(const ServiceSpec& service, const CallKey& key);

// The value a standard normal variable stays below with probability p. REQUIRES: 0 < p < 1. P. J. Acklam, "An
// algorithm for computing the inverse normal cumulative distribution function" (2003): relative error below 1.15e-9.
[[nodiscard]] double normal_quantile(double p);

}  // namespace interleave
