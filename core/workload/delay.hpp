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

// Service time of the call. Inverse-transform sampling from one 53-bit uniform number hashed from the key
// (lognormal: inverse normal CDF by Acklam's rational approximation, relative error 1.15e-9).
[[nodiscard]] std::chrono::nanoseconds call_delay(const Latency& latency, const CallKey& key);

}  // namespace interleave
