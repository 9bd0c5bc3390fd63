#include "core/workload/workload.hpp"

#include <algorithm>
#include <cmath>

namespace interleave {
namespace {

struct MeanOf {
  using Seconds = std::chrono::duration<double>;
  Seconds operator()(const ConstantLatency& latency) const { return latency.value; }
  Seconds operator()(const ExponentialLatency& latency) const { return latency.mean; }
  Seconds operator()(const LognormalLatency& latency) const {
    return Seconds(latency.median) * std::exp(latency.sigma * latency.sigma / 2);
  }
};

}  // namespace

std::uint32_t calls_per_request(const Route& route) {
  return static_cast<std::uint32_t>(std::count_if(route.steps.begin(), route.steps.end(), [](const Step& step) {
    return std::holds_alternative<CallStep>(step);
  }));
}

std::chrono::duration<double> mean_latency(const Latency& latency) {
  return std::visit(MeanOf{}, latency);
}

}  // namespace interleave
