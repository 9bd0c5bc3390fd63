// A histogram as the text that HdrHistogram's tools exchange: encoding V2, compressed, in base64 ("HISTF...").
//
//   base64( cookie 0x1c849314 | length | zlib( header | counts ) )             numbers are big-endian
//   header: cookie 0x1c849313 | bytes of counts | normalizing offset | significant digits
//           | lowest discernible (64) | highest trackable (64) | value ratio (double)
//   counts: the bins in ascending order up to the last in use, each as a ZigZag number in 7-bit groups, the lowest
//           first, at most 9 bytes (the ninth has 8 bits); a negative number -n stands for n empty bins.
//
// Golden vector: HISTFAAAAB542pNpmSzMwMDAxAABzFCaEUoz2X+AMIKZAEARAtM= is the value 42, once.
// Reference: HdrHistogram, AbstractHistogram.java and ZigZagEncoding.java (public domain / BSD-2). The counts stand
// in the order of values whatever the normalizing offset, a detail of a writer's memory: 0 is written, 0 and 1 are
// read (hdr-histogram-js writes 1). overflow() has no place in the format: it is 0 after reading.
//
// Pure functions, safe from any thread.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/base/histogram.hpp"

namespace interleave {

[[nodiscard]] std::string encode_hdr(const Histogram& histogram);

// The text is no histogram, damaged, or of a kind that `Histogram` does not have (other than three significant
// digits).
struct HdrDecodeError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Throws HdrDecodeError. Safe on any input: allocates at most the text's size and 1.5 MiB, whatever the text claims.
// A writer may have counted above its own highest trackable value, in the rest of the last row: the range returned is
// then as much higher as it must be.
[[nodiscard]] Histogram decode_hdr(std::string_view text);

}  // namespace interleave
