#include "backend/services.hpp"

#include <algorithm>
#include <utility>

namespace interleave {

Services::Services(std::vector<ServiceSpec> specs, std::uint64_t seed)
    : specs_(std::move(specs)), arrivals_(specs_.size()), seed_(seed) {
  for (const ServiceSpec& spec : specs_) workers_.emplace_back(spec.capacity);
}

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
  const CallFate fate = call_fate(spec, key);
  return {.service = service, .delay = fate.delay, .reply_bytes = spec.reply_bytes, .fault = fate.fault};
}

}  // namespace interleave
