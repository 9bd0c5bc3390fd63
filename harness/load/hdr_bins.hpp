// The bins of a histogram in HdrHistogram's encoding, in microseconds. Pure.
#pragma once
#include <optional>
#include <string_view>

#include "harness/stats/quantile.hpp"

namespace interleave {

// `text`: "HISTF..." of nanoseconds. A bin becomes its highest value, as HdrHistogram's own percentiles do, rounded
// to a microsecond. nullopt: it is no histogram.
[[nodiscard]] std::optional<ValueCounts> hdr_bins_us(std::string_view text);

}  // namespace interleave
