// The bins of a histogram in HdrHistogram's encoding, in microseconds. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace interleave {

// (value, count), ascending: a Histogram of harness/stats/quantile.hpp.
using HdrBins = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

// `text`: "HISTF..." of nanoseconds. A bin becomes its highest value, as HdrHistogram's own percentiles do, rounded
// to a microsecond. nullopt: it is no histogram.
[[nodiscard]] std::optional<HdrBins> hdr_bins_us(std::string_view text);

}  // namespace interleave
