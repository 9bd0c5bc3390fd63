#include "harness/predict/predict.hpp"

#include <algorithm>

namespace interleave {
namespace {

std::uint32_t in_progress(std::uint32_t connections, const Capacity& capacity) {
  return std::min(connections, capacity.in_flight_limit.value_or(connections));
}

}  // namespace

Capacity capacity_of(const ModelDescription& model, std::uint32_t server_cores) {
  const bool one_thread = model.family == "loop" || model.in_flight_limit == 1U;
  return {.in_flight_limit = model.in_flight_limit, .cores = one_thread ? 1U : std::max(1U, server_cores)};
}

std::string_view to_string(Bound bound) noexcept {
  switch (bound) {
    case Bound::clients:
      return "clients";
    case Bound::in_flight_limit:
      return "in_flight_limit";
    case Bound::cpu:
      return "cpu";
    case Bound::offered:
      break;
  }
  return "offered";
}

Prediction predict_closed(std::uint32_t connections, const Demands& demands, const Capacity& capacity) {
  const std::uint32_t progressing = in_progress(connections, capacity);
  const double waiting_bound = progressing / demands.d1_s;
  const double cpu_bound = capacity.cores / demands.d_cpu_s;
  Prediction prediction;
  prediction.throughput_rps = std::min(waiting_bound, cpu_bound);
  prediction.latency_s = connections / prediction.throughput_rps;
  if (cpu_bound < waiting_bound) {
    prediction.bound = Bound::cpu;
  } else if (progressing < connections) {
    prediction.bound = Bound::in_flight_limit;
  }
  prediction.mva_rps = mva_throughput(connections, demands, capacity);
  return prediction;
}

OpenPrediction predict_open(double rate_rps, std::uint32_t connections, const Demands& demands,
                            const Capacity& capacity) {
  const Prediction busy = predict_closed(connections, demands, capacity);
  OpenPrediction prediction;
  prediction.capacity_rps = busy.throughput_rps;
  prediction.throughput_rps = std::min(rate_rps, busy.throughput_rps);
  if (rate_rps < busy.throughput_rps) {
    prediction.latency_floor_s = demands.d1_s;
  } else {
    prediction.bound = busy.bound;
  }
  return prediction;
}

double mva_throughput(std::uint32_t connections, const Demands& demands, const Capacity& capacity) {
  const double think = std::max(0.0, demands.d1_s - demands.d_cpu_s);
  const double demand = demands.d_cpu_s / capacity.cores;  // of each core's centre
  double queue = 0;                                        // mean number of requests at each core
  double throughput = 0;
  for (std::uint32_t n = 1; n <= in_progress(connections, capacity); ++n) {
    const double residence = demand * (1 + queue);
    throughput = n / (think + capacity.cores * residence);
    queue = throughput * residence;
  }
  return throughput;
}

}  // namespace interleave
