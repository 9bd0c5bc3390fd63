#include "core/workload/workload.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace interleave {
namespace {

struct MeanOf {
  using Seconds = std::chrono::duration<double>;
  Seconds operator()(const ConstantLatency& latency) const { return latency.value; }
  Seconds operator()(const ExponentialLatency& latency) const { return latency.mean; }
  Seconds operator()(const LognormalLatency& latency) const {
    return Seconds(latency.median) * std::exp(latency.sigma * latency.sigma / 2);
  }
  Seconds operator()(const UniformLatency& latency) const {
    return (Seconds(latency.min) + Seconds(latency.max)) / 2;
  }
  Seconds operator()(const ParetoLatency& latency) const {
    return Seconds(latency.scale) * latency.shape / (latency.shape - 1);
  }
  Seconds operator()(const TraceLatency& latency) const {
    return std::accumulate(latency.delays->begin(), latency.delays->end(), Seconds(0)) /
           static_cast<double>(latency.delays->size());
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

std::chrono::duration<double> mean_latency(const ServiceSpec& service) {
  const FaultSpec& faults = service.faults;
  if (faults.hang >= 1) return mean_latency(service.latency);  // no call is ever answered: what it would have taken
  const double slow_share = faults.slow / (1 - faults.hang);
  return mean_latency(service.latency) * (1 + slow_share * (faults.slow_factor - 1));
}

}  // namespace interleave
