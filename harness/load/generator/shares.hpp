// How evenly connections were served. Pure.
#pragma once
#include <vector>

#include "harness/load/generator/load_result.hpp"
#include "harness/load/generator/traffic.hpp"

namespace interleave {

// Jain, Chiu, Hawe, "A Quantitative Measure of Fairness and Discrimination", DEC-TR-301, 1984:
// (sum x)^2 / (n sum x^2).
[[nodiscard]] ConnectionShares summarize_shares(const std::vector<Traffic::Share>& shares);

}  // namespace interleave
