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

// What each step contributes to the time of a request that is alone.
struct TimeOf {
  using Seconds = std::chrono::duration<double>;
  const Workload& workload;
  bool backend_only;

  Seconds operator()(const CallStep& call) const { return mean_latency(workload.services.at(call.service)); }
  Seconds operator()(const ParallelStep& step) const {
    Seconds sum{0};
    for (const CallStep& call : step.calls) sum += (*this)(call);
    return sum;
  }
  Seconds operator()(const CpuStep& step) const { return unless_backend_only(step.nominal); }
  Seconds operator()(const LockStep& step) const { return unless_backend_only(step.nominal); }
  Seconds operator()(const SleepStep& step) const { return unless_backend_only(step.duration); }
  Seconds operator()(const SerializeStep&) const { return Seconds(0); }
  Seconds operator()(const FileStep&) const { return Seconds(0); }

 private:
  [[nodiscard]] Seconds unless_backend_only(Seconds time) const { return backend_only ? Seconds(0) : time; }
};

std::chrono::duration<double> sum_of(const Route& route, const TimeOf& time_of) {
  std::chrono::duration<double> sum{0};
  for (const Step& step : route.steps) sum += std::visit(time_of, step);
  return sum;
}

}  // namespace

std::chrono::duration<double> backend_time(const Workload& workload, const Route& route) {
  return sum_of(route, {.workload = workload, .backend_only = true});
}

std::chrono::duration<double> nominal_time(const Workload& workload, const Route& route) {
  return sum_of(route, {.workload = workload, .backend_only = false});
}

std::uint32_t calls_per_request(const Route& route) {
  std::size_t calls = 0;
  for (const Step& step : route.steps) {
    if (std::holds_alternative<CallStep>(step)) ++calls;
    if (const auto* parallel = std::get_if<ParallelStep>(&step)) calls += parallel->calls.size();
  }
  return static_cast<std::uint32_t>(calls);
}

bool has_cpu_work(const Workload& workload) {
  const auto is_cpu_work = [](const Step& step) {
    return std::holds_alternative<CpuStep>(step) || std::holds_alternative<LockStep>(step);
  };
  return std::any_of(workload.routes.begin(), workload.routes.end(), [&](const Route& route) {
    return std::any_of(route.steps.begin(), route.steps.end(), is_cpu_work);
  });
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
