#include "harness/load/hdr_bins.hpp"

#include "core/base/hdr_codec.hpp"

namespace interleave {

std::optional<ValueCounts> hdr_bins_us(std::string_view text) {
  constexpr std::uint64_t kNsPerUs = 1000;
  ValueCounts bins;
  try {
    decode_hdr(text).for_each_bin([&](const Histogram::Bin& bin) {
      const std::uint64_t value = (bin.highest + kNsPerUs / 2) / kNsPerUs;
      if (!bins.empty() && bins.back().first == value) {
        bins.back().second += bin.count;
      } else {
        bins.emplace_back(value, bin.count);
      }
    });
  } catch (const HdrDecodeError&) {
    return std::nullopt;
  }
  return bins;
}

}  // namespace interleave
