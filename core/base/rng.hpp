// Random numbers that are the same on every machine and compiler (the standard library's distributions are not).
// splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants by
// D. Stafford ("Mix13"). Passes BigCrush; one multiplication chain per number.
#pragma once
#include <cstdint>

namespace interleave {

// One step of the splitmix64 output function: a bijection that scatters close inputs.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

// Uniform in the open interval (0, 1): never 0 and never 1, so that log() of it is finite. 52 bits, because the
// middle of the last of 2^53 cells is no double and would round to 1.
[[nodiscard]] constexpr double unit_interval(std::uint64_t bits) noexcept {
  return (static_cast<double>(bits >> 12U) + 0.5) * 0x1.0p-52;
}

// A seeded stream. Not thread-safe; copy it to fork the stream.
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(std::uint64_t seed) noexcept : state_(seed) {}
  constexpr std::uint64_t next() noexcept {
    const std::uint64_t result = mix64(state_);
    state_ += 0x9E3779B97F4A7C15ULL;
    return result;
  }

 private:
  std::uint64_t state_;
};

}  // namespace interleave
