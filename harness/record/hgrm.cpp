#include "harness/record/hgrm.hpp"

#include <algorithm>

#include "core/base/hdr_log.hpp"
#include "core/base/histogram.hpp"

namespace interleave {

std::string hgrm_of_microseconds(std::span<const std::pair<std::uint64_t, std::uint64_t>> counts) {
  constexpr std::uint64_t kMinute = 60'000'000;
  std::uint64_t largest = kMinute;
  for (const auto& [value, count] : counts) largest = std::max(largest, value);
  Histogram histogram({.lowest_discernible = 1, .highest_trackable = largest});
  for (const auto& [value, count] : counts) histogram.record_n(value, count);
  return hdr_percentiles(histogram, 1e3);
}

}  // namespace interleave
