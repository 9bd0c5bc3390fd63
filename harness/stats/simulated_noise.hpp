// Noise for the tests of the statistics: what launches of servers look like, from a fixed seed. Logs of a figure, so
// 0.05 is about 5 %.
#pragma once
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

#include "core/base/rng.hpp"

namespace interleave {

// Standard normal by Box and Muller.
inline double normal(SplitMix64& random) {
  const double radius = std::sqrt(-2 * std::log(unit_interval(random.next())));
  return radius * std::cos(2 * std::numbers::pi * unit_interval(random.next()));
}

enum class Noise { normal, lognormal, autocorrelated, slot_effect, drift };

// Pairs of launches, one after another in time, in balanced random order; the head's figure is worse by `shift`.
class SimulatedPairs {
 public:
  SimulatedPairs(Noise noise, double sigma, std::uint64_t seed) : noise_(noise), sigma_(sigma), random_(seed) {}

  // Differences head - base. `fixed_order`: the mistake of always launching the base first.
  std::vector<double> differences(std::size_t pairs, double shift, bool fixed_order = false) {
    std::vector<bool> head_first(pairs);
    for (std::size_t i = 0; i < pairs; ++i) head_first[i] = i < pairs / 2;
    for (std::size_t i = pairs; i > 1; --i) {
      const std::size_t j = random_.next() % i;
      const bool kept = head_first[i - 1];
      head_first[i - 1] = head_first[j];
      head_first[j] = kept;
    }
    if (pairs % 2 == 1 && random_.next() % 2 == 0) head_first.flip();
    std::vector<double> result;
    for (std::size_t i = 0; i < pairs; ++i) {
      const double first = launch(2 * i, 2 * pairs);
      const double second = launch(2 * i + 1, 2 * pairs);
      const bool head_is_first = head_first[i] && !fixed_order;
      result.push_back((head_is_first ? first - second : second - first) + shift);
    }
    return result;
  }

 private:
  // The log of one launch's figure, `place`-th of `count`; each kind varies by about sigma.
  double launch(std::size_t place, std::size_t count) {
    switch (noise_) {
      case Noise::normal:
        break;
      case Noise::lognormal:  // the log is itself skewed: now and then a launch is far slower
        return sigma_ * (std::exp(0.8 * normal(random_)) - std::exp(0.32)) / 1.3;
      case Noise::autocorrelated:
        memory_ = 0.8 * memory_ + 0.6 * normal(random_);
        return sigma_ * memory_;
      case Noise::slot_effect:  // who comes second in a pair finds a warmer machine
        return sigma_ * normal(random_) + (place % 2 == 1 ? 2 * sigma_ : 0);
      case Noise::drift:
        return sigma_ * normal(random_) + 6 * sigma_ * static_cast<double>(place) / static_cast<double>(count);
    }
    return sigma_ * normal(random_);
  }

  Noise noise_;
  double sigma_;
  double memory_ = 0;
  SplitMix64 random_;
};

}  // namespace interleave
