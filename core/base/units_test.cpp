#include "core/base/units.hpp"

#include <array>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kLongest = nanoseconds::max();

TEST(ParseDuration, reads_what_people_write) {
  struct Case {
    std::string_view text;
    std::int64_t nanoseconds;
  };
  for (const auto& c : std::vector<Case>{{"0ns", 0},
                                         {"0s", 0},
                                         {"1ns", 1},
                                         {"200us", 200'000},
                                         {"10ms", 10'000'000},
                                         {"1.5s", 1'500'000'000},
                                         {"2min", 120'000'000'000},
                                         {"0.5min", 30'000'000'000},
                                         {"007ms", 7'000'000},
                                         {"0.1s", 100'000'000},
                                         {"1.000000001s", 1'000'000'001},
                                         {"0.4ns", 0},
                                         {"0.6ns", 1},
                                         {"1.0000000006s", 1'000'000'001},
                                         {"0.99999999999999999999s", 1'000'000'000},
                                         {"9223372036854775807ns", std::numeric_limits<std::int64_t>::max()},
                                         {"9223372036.854775807s", std::numeric_limits<std::int64_t>::max()}}) {
    EXPECT_EQ(parse_duration(c.text), nanoseconds(c.nanoseconds)) << c.text;
  }
}

TEST(ParseDuration, refuses_everything_else) {
  for (const std::string_view text : {"",
                                      "10",
                                      "ms",
                                      ".5s",
                                      "5.s",
                                      "5.",
                                      "-1ms",
                                      "+1ms",
                                      "1 ms",
                                      " 1ms",
                                      "1ms ",
                                      "1e3ms",
                                      "1.2.3s",
                                      "10m",
                                      "10MS",
                                      "10sec",
                                      "10h",
                                      "0x10ms",
                                      "nan",
                                      "inf",
                                      "infs",
                                      "1,5s",
                                      "9223372036854775808ns",
                                      "9223372036.854775808s",
                                      "99999999999999999999ns",
                                      "153722868min",
                                      "..s",
                                      "1..5s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_duration(std::string_view("1\0ms", 4)), std::nullopt);
}

TEST(ParseSize, reads_binary_and_decimal_units) {
  struct Case {
    std::string_view text;
    std::uint64_t bytes;
  };
  for (const auto& c : std::vector<Case>{{"0B", 0},
                                         {"64B", 64},
                                         {"4KiB", 4096},
                                         {"1.5KiB", 1536},
                                         {"1MiB", 1'048'576},
                                         {"2GiB", 2'147'483'648},
                                         {"1kB", 1'000},
                                         {"1.1kB", 1'100},
                                         {"0.3GB", 300'000'000},
                                         {"3MB", 3'000'000},
                                         {"18446744073709551615B", std::numeric_limits<std::uint64_t>::max()}}) {
    EXPECT_EQ(parse_size(c.text), c.bytes) << c.text;
  }
}

TEST(ParseSize, refuses_everything_else) {
  for (const std::string_view text : {"", "64", "B", "-1B", "1 B", "4K", "4kb", "4kib", "4 KiB", "0.5B", "0.1KiB",
                                      "18446744073709551616B", "17179869184GiB", "1TB"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, is_short_and_exact) {
  struct Case {
    std::int64_t nanoseconds;
    std::string_view text;
  };
  for (const auto& c : std::vector<Case>{{0, "0s"},
                                         {1, "1ns"},
                                         {250'000, "250us"},
                                         {10'000'000, "10ms"},
                                         {1'001'000, "1.001ms"},
                                         {1'500'000'000, "1.5s"},
                                         {1'234'567, "1.234567ms"},
                                         {90'000'000'000, "90s"},
                                         {120'000'000'000, "2min"},
                                         {-1'500, "-1.5us"},
                                         {std::numeric_limits<std::int64_t>::min(), "-9223372036.854775808s"}}) {
    EXPECT_EQ(format_duration(nanoseconds(c.nanoseconds)), c.text);
  }
}

TEST(FormatDuration, reads_back_as_the_same_value) {
  SplitMix64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    const nanoseconds value(static_cast<std::int64_t>(random.next() >> (1 + random.next() % 63)));
    ASSERT_EQ(parse_duration(format_duration(value)), value) << format_duration(value);
  }
  EXPECT_EQ(parse_duration(format_duration(kLongest)), kLongest);
}

TEST(FormatDurationShort, has_three_digits_and_a_unit) {
  struct Case {
    double nanoseconds;
    std::string_view text;
  };
  for (const auto& c : std::vector<Case>{{0, "0 ns"},
                                         {7, "7 ns"},
                                         {999, "999 ns"},
                                         {1'000, "1.00 us"},
                                         {10'345, "10.3 us"},
                                         {999'499, "999 us"},
                                         {999'500, "1.00 ms"},
                                         {10'345'000, "10.3 ms"},
                                         {1.5e9, "1.50 s"},
                                         {59.94e9, "59.9 s"},
                                         {60e9, "1.00 min"},
                                         {90e9, "1.50 min"},
                                         {-10'345'000, "-10.3 ms"}}) {
    EXPECT_EQ(format_duration_short(nanoseconds(static_cast<std::int64_t>(c.nanoseconds))), c.text);
  }
}

TEST(FormatCountShort, has_three_digits_and_a_multiple) {
  struct Case {
    double value;
    std::string_view text;
  };
  for (const auto& c : std::vector<Case>{{0, "0.00"},
                                         {0.01234, "0.0123"},
                                         {7, "7.00"},
                                         {9.996, "10.0"},
                                         {99.96, "100"},
                                         {999.4, "999"},
                                         {999.6, "1.00 k"},
                                         {25'640, "25.6 k"},
                                         {-25'640, "-25.6 k"},
                                         {999'600, "1.00 M"},
                                         {3.456e9, "3.46 G"},
                                         {1e12, "1.00 T"}}) {
    EXPECT_EQ(format_count_short(c.value), c.text);
  }
}

}  // namespace
}  // namespace interleave
