#include "core/base/hdr_codec.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <zlib.h>

#include "core/base/base64.hpp"

namespace interleave {
namespace {

constexpr std::uint32_t kCompressedCookie = 0x1c849314;
constexpr std::uint32_t kCookie = 0x1c849313;
constexpr std::uint32_t kDigits = 3;
constexpr std::size_t kEnvelopeBytes = 8;
constexpr std::size_t kHeaderBytes = 40;
constexpr std::size_t kCountBytes = 9;
// A unit of 1 and values below 2^62 need 52 rows, the most there can be.
constexpr std::size_t kMostBins = 53UL * 1024;
constexpr std::size_t kMostBytes = kHeaderBytes + kCountBytes * kMostBins;
// One byte of zlib's stream stands for at most 1032.
constexpr std::size_t kMostInflation = 1032;

template <typename Unsigned>
void put(std::string& bytes, Unsigned number) {
  for (std::size_t shift = sizeof(Unsigned) * 8; shift > 0; shift -= 8) {
    bytes += static_cast<char>(number >> (shift - 8) & 255U);
  }
}

void put_zigzag(std::string& bytes, std::int64_t number) {
  std::uint64_t rest = static_cast<std::uint64_t>(number) << 1U ^ static_cast<std::uint64_t>(number >> 63);
  for (std::size_t i = 1; i < kCountBytes && rest > 127; ++i) {
    bytes += static_cast<char>(rest | 128U);
    rest >>= 7U;
  }
  bytes += static_cast<char>(rest);
}

std::string counts_of(const Histogram& histogram) {
  std::string bytes;
  std::int64_t empty = 0;
  for (std::size_t i = 0; i < histogram.bin_count(); ++i) {
    const std::uint64_t count = histogram.count_at(i);
    if (count == 0) {
      ++empty;
      continue;
    }
    if (empty > 0) put_zigzag(bytes, empty == 1 ? 0 : -empty);
    empty = 0;
    put_zigzag(bytes, static_cast<std::int64_t>(count));
  }
  return bytes;
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
               bytes.size()) != Z_OK) {
    throw std::runtime_error("zlib could not compress a histogram: out of memory");
  }
  out.resize(size);
  return out;
}

std::string inflated(std::string_view bytes) {
  uLongf size = std::min(kMostBytes, kMostInflation * bytes.size());
  std::string out(size, '\0');
  const int code = uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                              reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (code != Z_OK) throw HdrDecodeError("the compressed part of the histogram is damaged or too large");
  out.resize(size);
  return out;
}

// Reads numbers from the front of a buffer; every read beyond its end throws.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  template <typename Unsigned>
  Unsigned number() {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) value = static_cast<Unsigned>(value << 8U | byte());
    return value;
  }

  std::int64_t zigzag() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint64_t next = byte();
      const bool last = shift == 7 * (kCountBytes - 1);
      value |= (last ? next : next & 127U) << shift;
      if (last || next < 128) break;
    }
    return static_cast<std::int64_t>(value >> 1U ^ (0 - (value & 1U)));
  }

  std::string_view rest() const { return bytes_; }

 private:
  std::uint8_t byte() {
    if (bytes_.empty()) throw HdrDecodeError("the histogram is truncated");
    const auto first = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return first;
  }

  std::string_view bytes_;
};

Histogram::Range read_header(Reader& reader) {
  if (reader.number<std::uint32_t>() != kCookie) throw HdrDecodeError("not a histogram of encoding V2");
  const auto count_bytes = reader.number<std::uint32_t>();
  if (reader.number<std::uint32_t>() > 1) throw HdrDecodeError("a normalizing offset other than 0 and 1");
  if (reader.number<std::uint32_t>() != kDigits) {
    throw HdrDecodeError("a histogram of other than three significant digits");
  }
  Histogram::Range range;
  range.lowest_discernible = reader.number<std::uint64_t>();
  range.highest_trackable = reader.number<std::uint64_t>();
  // The ratio is a double; hdr-histogram-js writes the integer 1 in its place.
  const auto ratio = reader.number<std::uint64_t>();
  if (ratio != std::bit_cast<std::uint64_t>(1.0) && ratio != 1) {
    throw HdrDecodeError("a histogram of scaled values (ratio other than 1)");
  }
  if (count_bytes != reader.size()) throw HdrDecodeError("the histogram's counts are truncated or too long");
  return range;
}

Histogram empty_histogram(const Histogram::Range& range) {
  try {
    return Histogram(range);
  } catch (const std::invalid_argument& error) {
    throw HdrDecodeError(error.what());
  }
}

// Calls visit(number, count) for each bin in use, in ascending order.
template <typename Visitor>
void for_each_count(Reader reader, std::size_t bins, Visitor visit) {
  std::size_t index = 0;
  std::uint64_t total = 0;
  while (!reader.empty()) {
    const std::int64_t number = reader.zigzag();
    const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
    const std::uint64_t step = number < 0 ? 0 - static_cast<std::uint64_t>(number) : 1;
    if (step > bins - index) throw HdrDecodeError("the histogram counts more bins than its range has");
    total += count;
    if (total >> 63U != 0) throw HdrDecodeError("the histogram's counts are impossibly large");
    if (count > 0) visit(index, count);
    index += step;
  }
}

}  // namespace

std::string encode_hdr(const Histogram& histogram) {
  const std::string counts = counts_of(histogram);
  std::string bytes;
  put(bytes, kCookie);
  put(bytes, static_cast<std::uint32_t>(counts.size()));
  put(bytes, std::uint32_t{0});
  put(bytes, kDigits);
  put(bytes, histogram.range().lowest_discernible);
  put(bytes, histogram.range().highest_trackable);
  put(bytes, std::bit_cast<std::uint64_t>(1.0));
  bytes += counts;
  const std::string compressed = deflated(bytes);
  std::string envelope;
  put(envelope, kCompressedCookie);
  put(envelope, static_cast<std::uint32_t>(compressed.size()));
  return encode_base64(envelope + compressed);
}

Histogram decode_hdr(std::string_view text) {
  const auto envelope = decode_base64(text);
  if (!envelope) throw HdrDecodeError("the histogram is not base64");
  Reader outer(*envelope);
  if (outer.number<std::uint32_t>() != kCompressedCookie) {
    throw HdrDecodeError("not a compressed histogram of encoding V2 (HISTF...)");
  }
  if (outer.number<std::uint32_t>() != envelope->size() - kEnvelopeBytes) {
    throw HdrDecodeError("the histogram is truncated or too long");
  }
  const std::string bytes = inflated(outer.rest());
  Reader reader(bytes);
  Histogram::Range range = read_header(reader);
  Histogram histogram = empty_histogram(range);
  std::size_t last = 0;
  for_each_count(reader, histogram.bin_count(), [&](std::size_t index, std::uint64_t) { last = index; });
  if (const Histogram::Bin bin = histogram.bin_at(last); bin.lowest > range.highest_trackable) {
    range.highest_trackable = bin.highest;
    histogram = empty_histogram(range);
  }
  for_each_count(reader, histogram.bin_count(), [&](std::size_t index, std::uint64_t count) {
    histogram.record_n(histogram.bin_at(index).lowest, count);
  });
  return histogram;
}

}  // namespace interleave
