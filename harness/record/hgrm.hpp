// The distribution of a cell for HdrHistogram's plotter. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace interleave {

// A .hgrm file, values in milliseconds, of (microseconds, count). Beyond 2047 us bins are narrower than one part in a
// thousand (core/base/histogram.hpp).
[[nodiscard]] std::string hgrm_of_microseconds(std::span<const std::pair<std::uint64_t, std::uint64_t>> counts);

}  // namespace interleave
