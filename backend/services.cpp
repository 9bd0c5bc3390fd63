#include "backend/services.hpp"

#include <algorithm>
#include <utility>

#include "core/workload/delay.hpp"

namespace interleave {

Services::Services(std::vector<ServiceSpec> specs, std::uint64_t seed)
    : specs_(std::move(specs)), arrivals_(specs_.size()), seed_(seed) {}

// A workload has a handful of services: comparing names is faster than hashing one.
std::optional<std::size_t> Services::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(specs_.begin(), specs_.end(), [&](const ServiceSpec& spec) { return spec.name == name; });
  if (found == specs_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - specs_.begin());
}

PlannedCall Services::plan(std::size_t service, std::optional<std::uint64_t> id, std::uint64_t index) {
  const std::uint64_t arrival = arrivals_[service]++;
  const ServiceSpec& spec = specs_[service];
  const CallKey key{.seed = seed_, .service = service, .id = id.value_or(arrival), .index = index};
  return {.service = service, .delay = call_delay(spec.latency, key), .reply_bytes = spec.reply_bytes};
}

}  // namespace interleave
