// Arrivals as users write them: "poisson", "constant", "ramp:100:5000", "steps:100@5s,200@5s", "trace:FILE".
#pragma once
#include <optional>
#include <string>

#include "harness/load/generator/arrivals.hpp"

namespace interleave {

// `rate`: of --rate, which poisson and constant need and the others refuse. A trace file has one time per line, with
// its unit, from the begin of the window and ascending; blank lines and lines that begin with # are passed over.
// Throws UsageError.
[[nodiscard]] Arrivals parse_arrivals(const std::string& text, std::optional<double> rate);

// How long arrivals last by themselves: the steps' sum; a trace until just after its last.
[[nodiscard]] std::optional<Nanoseconds> own_duration(const Arrivals& arrivals);

}  // namespace interleave
