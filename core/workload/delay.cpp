#include "core/workload/delay.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <variant>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

// Value of the polynomial whose coefficients are given from the highest power down (Horner's rule).
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double value = 0;
  for (const double coefficient : coefficients) value = value * x + coefficient;
  return value;
}

// Acklam's coefficients: rational functions of (p - 1/2)^2 in the middle, of sqrt(-2 log p) in the tails.
constexpr std::array<double, 6> kMiddleNumerator{-3.969683028665376e+01, 2.209460984245205e+02,
                                                 -2.759285104469687e+02, 1.383577518672690e+02,
                                                 -3.066479806614716e+01, 2.506628277459239e+00};
constexpr std::array<double, 6> kMiddleDenominator{-5.447609879822406e+01, 1.615858368580409e+02,
                                                   -1.556989798598866e+02, 6.680131188771972e+01,
                                                   -1.328068155288572e+01, 1.0};
constexpr std::array<double, 6> kTailNumerator{-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                               -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
constexpr std::array<double, 5> kTailDenominator{7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                                 3.754408661907416e+00, 1.0};
constexpr double kTail = 0.02425;  // where the tails begin

double lower_tail_quantile(double p) {
  const double q = std::sqrt(-2 * std::log(p));
  return polynomial(kTailNumerator, q) / polynomial(kTailDenominator, q);
}

// Each part goes through the full mixer before the next joins: neighbours in any of the four are unrelated.
std::uint64_t hash_of(const CallKey& key) {
  std::uint64_t hash = mix64(key.seed);
  hash = mix64(hash ^ key.service);
  hash = mix64(hash ^ key.id);
  hash = mix64(hash ^ key.index);
  return hash;
}

// Sets the draw of the fault apart from that of the delay. Any constant would do: these are the digits of pi.
constexpr std::uint64_t kFaultStream = 0x243F6A8885A308D3ULL;

double capped(double nanoseconds) {
  return std::min(nanoseconds, static_cast<double>(kLongestDelay.count()));
}

// Times in nanoseconds, as doubles: the draw may exceed what an integer holds.
struct Sampler {
  double uniform;

  double operator()(const ConstantLatency& latency) const { return static_cast<double>(latency.value.count()); }
  double operator()(const ExponentialLatency& latency) const {
    return -static_cast<double>(latency.mean.count()) * std::log(uniform);
  }
  double operator()(const LognormalLatency& latency) const {
    return static_cast<double>(latency.median.count()) * std::exp(latency.sigma * normal_quantile(uniform));
  }
  double operator()(const UniformLatency& latency) const {
    return static_cast<double>(latency.min.count()) +
           uniform * static_cast<double>((latency.max - latency.min).count());
  }
  double operator()(const ParetoLatency& latency) const {
    return static_cast<double>(latency.scale.count()) * std::pow(uniform, -1 / latency.shape);
  }
  double operator()(const TraceLatency& latency) const {
    const auto place = static_cast<std::size_t>(uniform * static_cast<double>(latency.delays->size()));
    return static_cast<double>((*latency.delays)[std::min(place, latency.delays->size() - 1)].count());
  }
};

}  // namespace

double normal_quantile(double p) {
  if (p < kTail) return lower_tail_quantile(p);
  if (p > 1 - kTail) return -lower_tail_quantile(1 - p);
  const double q = p - 0.5;
  const double r = q * q;
  return q * polynomial(kMiddleNumerator, r) / polynomial(kMiddleDenominator, r);
}

std::chrono::nanoseconds call_delay(const Latency& latency, const CallKey& key) {
  return std::chrono::nanoseconds(std::llround(capped(std::visit(Sampler{unit_interval(hash_of(key))}, latency))));
}

Fault call_fault(const FaultSpec& faults, const CallKey& key) {
  double left = unit_interval(mix64(hash_of(key) ^ kFaultStream));
  if ((left -= faults.fail) < 0) return Fault::fail;
  if ((left -= faults.reset) < 0) return Fault::reset;
  if ((left -= faults.hang) < 0) return Fault::hang;
  return left < faults.slow ? Fault::slow : Fault::none;
}

CallFate call_fate(const ServiceSpec& service, const CallKey& key) {
  CallFate fate{call_fault(service.faults, key), call_delay(service.latency, key)};
  if (fate.fault == Fault::slow) {
    const double prolonged = static_cast<double>(fate.delay.count()) * service.faults.slow_factor;
    fate.delay = std::chrono::nanoseconds(std::llround(capped(prolonged)));
  }
  return fate;
}

}  // namespace interleave
