// How often is the gate wrong on this machine? From the differences of pairs of equal builds, gates are put together
// by drawing blocks of neighbouring pairs (so that what connects neighbours in time stays) and tossing which side is
// the head, as the gate itself does. With an effect added to each difference the same says how often that is found.
//
// What it is not: these gates share their pairs, so their number makes the rate smooth and not the knowledge of the
// machine larger. Gates that were really run are counted apart. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "harness/regress/gate_report.hpp"
#include "harness/stats/gate.hpp"

namespace interleave {

inline constexpr std::size_t kCalibrationBlock = 4;  // neighbouring pairs that are drawn together

struct GateCounts {
  std::uint64_t gates = 0;
  std::uint64_t regression = 0, improved = 0, ok = 0, inconclusive = 0;
};

// `effect`: relative, added to every pair (0: equal builds). REQUIRES: at least one difference.
[[nodiscard]] GateCounts resample_gates(std::span<const double> differences, double effect, const GatePlan& plan,
                                        std::uint64_t gates, std::uint64_t seed, const GateRule& rule = {});

// The table: for each gating figure the spread, the rate of false alarms with its bound, and the rate at which
// slowdowns of several sizes are found. Markdown. `report` is that of a gate of equal builds.
[[nodiscard]] std::string calibration_markdown(const GateReport& report, const GatePlan& plan, std::uint64_t gates,
                                               std::uint64_t seed);

}  // namespace interleave
