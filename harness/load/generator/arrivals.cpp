#include "harness/load/generator/arrivals.hpp"

#include <cmath>
#include <utility>

namespace interleave {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;

Nanoseconds from_seconds(double seconds) {
  return Nanoseconds(std::llround(seconds * kNanosecondsPerSecond));
}

double to_seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

double ramp_time(const RampArrivals& ramp, double count, double duration) {
  const double root = std::sqrt(ramp.from * ramp.from + 2 * (ramp.to - ramp.from) * count / duration);
  return count == 0 ? 0 : 2 * count / (ramp.from + root);
}

double first_rate(const Arrivals& arrivals) {
  if (const auto* constant = std::get_if<ConstantArrivals>(&arrivals)) return constant->rate;
  if (const auto* ramp = std::get_if<RampArrivals>(&arrivals)) return ramp->from > 0 ? ramp->from : ramp->to;
  if (const auto* steps = std::get_if<StepArrivals>(&arrivals)) return steps->steps.front().rate;
  return 1;
}

// Poisson arrivals warm up as such; the others evenly at their first rate.
Arrivals warmup_of(const Arrivals& arrivals) {
  if (std::holds_alternative<PoissonArrivals>(arrivals)) return arrivals;
  return ConstantArrivals{first_rate(arrivals)};
}

}  // namespace

std::string_view name_of(const Arrivals& arrivals) noexcept {
  constexpr std::string_view kNames[] = {"constant", "poisson", "ramp", "steps", "trace"};
  return kNames[arrivals.index()];
}

double mean_rate(const Arrivals& arrivals, Nanoseconds duration) noexcept {
  const double seconds = to_seconds(duration);
  if (const auto* constant = std::get_if<ConstantArrivals>(&arrivals)) return constant->rate;
  if (const auto* poisson = std::get_if<PoissonArrivals>(&arrivals)) return poisson->rate;
  if (const auto* ramp = std::get_if<RampArrivals>(&arrivals)) return (ramp->from + ramp->to) / 2;
  if (const auto* steps = std::get_if<StepArrivals>(&arrivals)) {
    double requests = 0;
    for (const StepArrivals::Step& step : steps->steps) requests += step.rate * to_seconds(step.duration);
    return requests / seconds;
  }
  return static_cast<double>(std::get<TraceArrivals>(arrivals).times->size()) / seconds;
}

ArrivalStream::ArrivalStream(Arrivals arrivals, std::uint64_t seed, Nanoseconds length)
    : arrivals_(std::move(arrivals)), length_(length), random_(seed) {}

std::optional<Nanoseconds> ArrivalStream::next() {
  const std::optional<Nanoseconds> at = compute();
  if (!at || *at >= length_) return std::nullopt;
  return at;
}

std::optional<Nanoseconds> ArrivalStream::compute() {
  if (const auto* poisson = std::get_if<PoissonArrivals>(&arrivals_)) {
    base_ += from_seconds(-std::log(unit_interval(random_.next())) / poisson->rate);
    return base_;
  }
  if (const auto* steps = std::get_if<StepArrivals>(&arrivals_)) return next_step(*steps);
  const std::uint64_t k = count_++;
  if (const auto* constant = std::get_if<ConstantArrivals>(&arrivals_)) {
    return from_seconds(static_cast<double>(k) / constant->rate);
  }
  if (const auto* ramp = std::get_if<RampArrivals>(&arrivals_)) {
    // A ramp down to 0 holds D (A + B) / 2 arrivals; beyond them there is no solution.
    const double total = (ramp->from + ramp->to) / 2 * to_seconds(length_);
    if (static_cast<double>(k) >= total) return std::nullopt;
    return from_seconds(ramp_time(*ramp, static_cast<double>(k), to_seconds(length_)));
  }
  const auto& times = *std::get<TraceArrivals>(arrivals_).times;
  if (k >= times.size()) return std::nullopt;
  return times[k];
}

std::optional<Nanoseconds> ArrivalStream::next_step(const StepArrivals& steps) {
  while (step_ < steps.steps.size()) {
    const StepArrivals::Step& step = steps.steps[step_];
    const Nanoseconds within = from_seconds(static_cast<double>(count_) / step.rate);
    if (within < step.duration) {
      ++count_;
      return base_ + within;
    }
    base_ += step.duration;
    count_ = 0;
    ++step_;
  }
  return std::nullopt;
}

ScheduleCursor::ScheduleCursor(const Schedule& schedule, std::uint32_t thread, std::uint32_t threads)
    : warmup_(warmup_of(schedule.arrivals), mix64(schedule.seed ^ 0x5741524D5550ULL), schedule.warmup),
      window_(schedule.arrivals, schedule.seed, schedule.duration),
      warmup_length_(schedule.warmup),
      thread_(thread),
      threads_(threads),
      measured_(schedule.warmup == Nanoseconds(0)) {}

std::optional<Arrival> ScheduleCursor::next() {
  for (;;) {
    const std::optional<Nanoseconds> at = measured_ ? window_.next() : warmup_.next();
    if (!at && measured_) return std::nullopt;
    if (!at) {
      measured_ = true;
      number_ = 0;
      continue;
    }
    const std::uint64_t number = number_++;
    if (number % threads_ == thread_) return Arrival{measured_ ? *at : *at - warmup_length_, number, measured_};
  }
}

}  // namespace interleave
