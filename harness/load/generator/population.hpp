// Percentiles over everything that was scheduled, not only over what was answered. Pure.
//
// A request that failed or was still open at the end took at least as long as it had been waited for; how long,
// nobody knows. So it ranks above all replies, and a percentile is a number only where its rank falls on a reply.
// Elsewhere only a lower bound is known: the percentile with every open request counted at the time it had been under
// way (a timeout: at the deadline), and those that failed at once above everything.
#pragma once
#include <cstdint>
#include <optional>

#include "core/base/histogram.hpp"
#include "harness/load/generator/tally.hpp"

namespace interleave {

struct Quantile {
  std::optional<std::uint64_t> value;     // ns
  std::optional<std::uint64_t> at_least;  // ns; only where there is no value, and something is known
};

class Population {
 public:
  explicit Population(const Tally& tally);
  // `percentile` from 0 to 100; both empty: nothing was scheduled.
  [[nodiscard]] Quantile quantile(double percentile) const;
  // Of all; nullopt unless all were answered as wanted.
  [[nodiscard]] std::optional<double> mean() const;

 private:
  const Histogram& known_;  // ok replies, and timeouts at the deadline
  Histogram bounds_;        // the same with what was censored
  std::uint64_t answered_;
  std::uint64_t scheduled_;
};

}  // namespace interleave
