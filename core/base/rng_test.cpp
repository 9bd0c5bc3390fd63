#include "core/base/rng.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace interleave {
namespace {

// Published vectors: S. Vigna's splitmix64.c with seed 0, and Rosetta Code's "Pseudo-random numbers/Splitmix64".
TEST(SplitMix64, gives_the_published_sequences) {
  SplitMix64 zero(0);
  for (const std::uint64_t expected :
       std::array{0xE220A8397B1DCDAFULL, 0x6E789E6AA1B965F4ULL, 0x06C45D188009454FULL, 0xF88BB8A8724C81ECULL}) {
    EXPECT_EQ(zero.next(), expected);
  }
  SplitMix64 other(1234567);
  for (const std::uint64_t expected :
       std::array{6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL, 4593380528125082431ULL,
                  16408922859458223821ULL}) {
    EXPECT_EQ(other.next(), expected);
  }
}

TEST(SplitMix64, first_number_is_the_mixed_seed) {
  EXPECT_EQ(mix64(0), 0xE220A8397B1DCDAFULL);
  EXPECT_EQ(SplitMix64(42).next(), mix64(42));
}

TEST(SplitMix64, a_copy_continues_the_same_stream) {
  SplitMix64 original(7);
  original.next();
  SplitMix64 copy = original;
  EXPECT_EQ(copy.next(), original.next());
}

TEST(UnitInterval, never_reaches_its_ends) {
  EXPECT_EQ(unit_interval(0), 0x1.0p-53);
  EXPECT_EQ(unit_interval(std::numeric_limits<std::uint64_t>::max()), 1.0 - 0x1.0p-53);
  EXPECT_TRUE(std::isfinite(std::log(unit_interval(0))));
}

TEST(UnitInterval, has_the_moments_of_the_uniform_distribution) {
  SplitMix64 stream(1);
  constexpr int kDraws = 100'000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = unit_interval(stream.next());
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / kDraws, 1.0 / 2, 4 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 4 * std::sqrt(4.0 / 45 / kDraws));
}

}  // namespace
}  // namespace interleave
