#include "core/base/hdr_codec.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "core/base/base64.hpp"
#include "core/base/rng.hpp"

namespace interleave {
namespace {

using Bin = Histogram::Bin;

constexpr const char* kGolden = "HISTFAAAAB542pNpmSzMwMDAxAABzFCaEUoz2X+AMIKZAEARAtM=";

std::vector<Bin> bins_in_use(const Histogram& histogram) {
  std::vector<Bin> bins;
  histogram.for_each_bin([&](const Bin& bin) { bins.push_back(bin); });
  return bins;
}

// A histogram of random range, sparse or dense, its counts of every magnitude.
Histogram random_histogram(SplitMix64& random) {
  const std::uint64_t unit_bits = random.next() % 12;
  const std::uint64_t range_bits = unit_bits + 1 + random.next() % (61 - unit_bits);
  const std::uint64_t highest = (1ULL << range_bits) + random.next() % (1ULL << range_bits);
  Histogram histogram({.lowest_discernible = 1ULL << unit_bits, .highest_trackable = highest});
  const std::uint64_t values = random.next() % 200;
  for (std::uint64_t i = 0; i < values; ++i) {
    const std::uint64_t value = random.next() >> random.next() % 64;
    histogram.record_n(value % (highest + 1), 1 + (random.next() >> (16 + random.next() % 48)));
  }
  return histogram;
}

// The parts of a text, taken apart without the codec, and put together again with lengths that fit.
std::string unpacked(const std::string& text) {
  const std::string envelope = decode_base64(text).value();
  std::string bytes(1U << 20U, '\0');
  uLongf size = bytes.size();
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                       reinterpret_cast<const Bytef*>(envelope.data() + 8), envelope.size() - 8),
            Z_OK);
  bytes.resize(size);
  return bytes;
}

std::string big_endian(std::size_t number) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) bytes += static_cast<char>(number >> (shift - 8) & 255U);
  return bytes;
}

std::string packed(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string compressed(size, '\0');
  EXPECT_EQ(compress(reinterpret_cast<Bytef*>(compressed.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                     bytes.size()),
            Z_OK);
  compressed.resize(size);
  return encode_base64(big_endian(0x1c849314) + big_endian(size) + compressed);
}

// What the reader says: the reason, or empty if it took the text.
std::string refusal(const std::string& text) {
  try {
    static_cast<void>(decode_hdr(text));
    return "";
  } catch (const HdrDecodeError& error) {
    return error.what();
  }
}

TEST(HdrCodec, reads_the_golden_vector) {
  const Histogram histogram = decode_hdr(kGolden);
  EXPECT_EQ(bins_in_use(histogram), (std::vector<Bin>{{42, 42, 1}}));
  // Its writer counted 42 in the rest of a row whose highest trackable value is 2.
  EXPECT_EQ(histogram.range(), (Histogram::Range{.lowest_discernible = 1, .highest_trackable = 42}));
  EXPECT_EQ(histogram.overflow(), 0U);
}

TEST(HdrCodec, writes_the_counts_of_the_golden_vector) {
  Histogram histogram({.lowest_discernible = 1, .highest_trackable = 42});
  histogram.record(42);
  const std::string ours = unpacked(encode_hdr(histogram));
  std::string golden = unpacked(kGolden);
  golden[31] = 42;  // the last byte of the highest trackable value is all that differs
  EXPECT_EQ(ours, golden);
}

// Written by hdr-histogram-js 3.0.1: normalizing offset 1, the integer 1 where the ratio belongs.
TEST(HdrCodec, reads_what_hdr_histogram_js_writes) {
  const Histogram histogram =
      decode_hdr("HISTFAAAAC94nJNpmSzMwMDAzcDAwMjAwMDMAAEgNgPz////Yfzz/GxbLzMeY7yvwgQAnNUIkQ==");
  EXPECT_EQ(bins_in_use(histogram),
            (std::vector<Bin>{{1000, 1000, 3}, {9'994'240, 10'002'431, 99}, {49'971'200, 50'003'967, 1}}));
}

TEST(HdrCodec, returns_any_histogram_as_it_was) {
  SplitMix64 random(20'261'125);
  for (int round = 0; round < 1'000; ++round) {
    const Histogram histogram = random_histogram(random);
    const std::string text = encode_hdr(histogram);
    ASSERT_TRUE(text.starts_with("HISTF")) << text;
    ASSERT_EQ(bins_in_use(decode_hdr(text)), bins_in_use(histogram)) << text;
    ASSERT_EQ(decode_hdr(text).range(), histogram.range()) << text;
  }
}

TEST(HdrCodec, keeps_an_empty_one_and_the_edges) {
  EXPECT_EQ(decode_hdr(encode_hdr(Histogram())), Histogram());
  for (const std::uint64_t value : {0ULL, 1ULL, 2047ULL, 2048ULL, 60'000'000'000ULL}) {
    for (const std::uint64_t count :
         {1ULL, 63ULL, 64ULL, 8191ULL, 8192ULL, (1ULL << 55U) - 1, 1ULL << 55U, (1ULL << 62U), (1ULL << 63U) - 1}) {
      Histogram histogram;
      histogram.record_n(value, count);
      ASSERT_EQ(decode_hdr(encode_hdr(histogram)), histogram) << value << " x " << count;
    }
  }
}

TEST(HdrCodec, keeps_overflowed_values_but_not_that_they_were) {
  Histogram histogram;
  histogram.record(~0ULL);
  const Histogram read = decode_hdr(encode_hdr(histogram));
  EXPECT_EQ(bins_in_use(read), bins_in_use(histogram));
  EXPECT_EQ(read.overflow(), 0U);
}

TEST(HdrCodec, says_why_it_refuses) {
  const std::string good = unpacked(kGolden);
  const auto with = [&](std::size_t at, char byte) {
    std::string bytes = good;
    bytes[at] = byte;
    return packed(bytes);
  };
  EXPECT_EQ(refusal(packed(good)), "");
  EXPECT_EQ(refusal(with(11, 1)), "") << "a normalizing offset of 1";
  EXPECT_EQ(refusal(with(11, 2)), "a normalizing offset other than 0 and 1");
  EXPECT_EQ(refusal(with(15, 2)), "a histogram of other than three significant digits");
  EXPECT_EQ(refusal(with(32, 0x40)), "a histogram of scaled values (ratio other than 1)");
  EXPECT_EQ(refusal(with(3, 0)), "not a histogram of encoding V2");
  EXPECT_EQ(refusal(with(23, 0)), "histogram range: need 1 <= lowest <= 2^50, 2 * lowest <= highest < 2^62");
  EXPECT_EQ(refusal(with(7, 3)), "the histogram's counts are truncated or too long");
  EXPECT_EQ(refusal(with(41, static_cast<char>(0xff))), "the histogram is truncated");
  EXPECT_EQ(refusal("HISTF"), "the histogram is not base64");
  EXPECT_EQ(refusal(""), "the histogram is truncated");
  EXPECT_EQ(refusal("AAAA"), "the histogram is truncated");
  EXPECT_EQ(refusal("AAAAAAAA"), "not a compressed histogram of encoding V2 (HISTF...)");
  EXPECT_EQ(refusal(std::string(kGolden).substr(0, 48)), "the histogram is truncated or too long");
}

// Every claim that would make a careless reader allocate or run long.
TEST(HdrCodec, believes_no_claim_about_size) {
  std::string header = unpacked(kGolden).substr(0, 40);
  const auto with_counts = [&](const std::string& counts) {
    return packed(header.substr(0, 4) + big_endian(counts.size()) + header.substr(8) + counts);
  };
  const std::string most_negative = std::string(8, '\xff') + '\xff';  // -2^63: that many empty bins
  EXPECT_EQ(refusal(with_counts(most_negative)), "the histogram counts more bins than its range has");
  const std::string most = '\xfe' + std::string(7, '\xff') + '\xff';  // 2^63 - 1
  EXPECT_EQ(refusal(with_counts(most)), "");
  EXPECT_EQ(refusal(with_counts(most + most)), "the histogram's counts are impossibly large");
  EXPECT_EQ(refusal(with_counts(std::string(2048, '\2'))), "");
  EXPECT_EQ(refusal(with_counts(std::string(2049, '\2'))), "the histogram counts more bins than its range has");
  std::string vast = header;
  vast.resize(50'000'000);
  EXPECT_EQ(refusal(packed(vast)), "the compressed part of the histogram is damaged or too large");
  EXPECT_EQ(refusal(encode_base64(big_endian(0x1c849314) + big_endian(0xffffffff))),
            "the histogram is truncated or too long");
}

TEST(HdrCodec, refuses_every_truncation) {
  Histogram histogram;
  for (std::uint64_t value = 1; value < 1'000'000; value = value * 5 / 4 + 1) histogram.record_n(value, value);
  const std::string text = encode_hdr(histogram);
  for (std::size_t size = 0; size < text.size(); ++size) ASSERT_NE(refusal(text.substr(0, size)), "") << size;
  const std::string bytes = unpacked(text);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    ASSERT_NE(refusal(packed(bytes.substr(0, size))), "") << size;
}

// Mutations of the text and, where zlib's checksum would stop them, of what is compressed: the reader either refuses
// or returns a histogram that can be written and read again.
TEST(HdrCodec, survives_mutations) {
  SplitMix64 random(3);
  int taken = 0;
  constexpr int kRounds = 4'000;
  for (int round = 0; round < kRounds; ++round) {
    const bool inside = round % 4 != 0;
    const std::string original = encode_hdr(random_histogram(random));
    std::string bytes = inside ? unpacked(original) : original;
    for (std::uint64_t edits = 1 + random.next() % 3; edits > 0; --edits) {
      const std::size_t at = random.next() % bytes.size();
      if (random.next() % 8 == 0) {
        bytes.erase(at, 1);
      } else {
        bytes[at] = static_cast<char>(random.next());
      }
    }
    const std::string text = inside ? packed(bytes) : bytes;
    if (!refusal(text).empty()) continue;
    ++taken;
    const Histogram read = decode_hdr(text);
    ASSERT_EQ(decode_hdr(encode_hdr(read)), read) << text;
  }
  // The mutations reach both outcomes, or this test proves nothing.
  EXPECT_GT(taken, kRounds / 20);
  EXPECT_LT(taken, kRounds - kRounds / 20);
}

}  // namespace
}  // namespace interleave
