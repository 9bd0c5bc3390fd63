// How often does it happen? k of n trials, with the exact interval of Clopper and Pearson: it covers the true rate at
// least as often as it says, for every n and rate. Pure; Boost.Math; tested against scipy (reference.json).
// Reference: Clopper, Pearson, Biometrika 26(4), 1934.
#pragma once
#include <cstdint>

namespace interleave {

struct ProportionInterval {
  double low = 0;
  double high = 1;
};

// Two-sided at `level`. REQUIRES: happened <= trials.
[[nodiscard]] ProportionInterval proportion_interval(std::uint64_t happened, std::uint64_t trials,
                                                     double level = 0.95);

}  // namespace interleave
