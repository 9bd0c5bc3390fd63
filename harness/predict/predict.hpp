// What theory says a cell should show, from demands measured in other trials. Pure functions.
//
// D1: mean response at one connection, seconds: everything a request needs when nothing queues. D_cpu: CPU time of
// the server per request, seconds. N: connections (closed loop). c: requests the model can have in progress at a
// time. k: cores it can use. Two bounds hold for any closed system (Denning & Buzen, "The Operational Analysis of
// Queueing Network Models", ACM Computing Surveys 10(3), 1978):
//   X <= min(N, c) / D1     no more requests are in progress than clients or places
//   X <= k / D_cpu          each needs its CPU time
// The prediction is the smaller one; the mean latency follows from Little's law, N / X.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/record/counters.hpp"

namespace interleave {

struct Demands {
  double d1_s = 0;     // > 0
  double d_cpu_s = 0;  // > 0
};

struct Capacity {
  std::optional<std::uint32_t> in_flight_limit;  // c; nullopt: unlimited
  std::uint32_t cores = 1;                       // k
};

// A loop or a single thread uses one core however many there are; threads use all they may.
[[nodiscard]] Capacity capacity_of(const ModelDescription& model, std::uint32_t server_cores);

enum class Bound : std::uint8_t { clients, in_flight_limit, cpu, offered };
[[nodiscard]] std::string_view to_string(Bound bound) noexcept;

struct Prediction {
  double throughput_rps = 0;
  double latency_s = 0;
  Bound bound = Bound::clients;
  double mva_rps = 0;
};

// REQUIRES: connections > 0, demands positive.
[[nodiscard]] Prediction predict_closed(std::uint32_t connections, const Demands& demands, const Capacity& capacity);

struct OpenPrediction {
  double throughput_rps = 0;              // what is offered, at most the capacity
  double capacity_rps = 0;                // with every connection busy
  std::optional<double> latency_floor_s;  // D1; nullopt at or above capacity, where latency grows as long as it lasts
  Bound bound = Bound::offered;           // of the throughput
};

// An open loop that offers `rate_rps` over at most so many connections. The capacity is the throughput of a closed
// loop with all of them. D1 is a floor of the response time, not an estimate of it: what queueing adds below capacity
// depends on how arrivals and service times vary, which these demands do not say.
// REQUIRES: rate and connections > 0, demands positive.
[[nodiscard]] OpenPrediction predict_open(double rate_rps, std::uint32_t connections, const Demands& demands,
                                          const Capacity& capacity);

// Throughput by exact mean value analysis of a closed network (Reiser & Lavenberg, JACM 27(2), 1980): a delay centre
// D1 - D_cpu (the waiting) and one queueing centre per core, D_cpu / k each. It assumes exponential CPU times, so for
// constant ones it is pessimistic near the knee: a model, drawn beside the bounds, not instead of them.
[[nodiscard]] double mva_throughput(std::uint32_t connections, const Demands& demands, const Capacity& capacity);

}  // namespace interleave
