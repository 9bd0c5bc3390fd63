// For tests and benchmarks: counts the allocations of the executable that links this. malloc and its relatives are
// replaced, so that C libraries are counted too; operator new ends there as well. Any thread may ask.
#pragma once
#include <cstdint>

namespace interleave {

// False in sanitizer builds, which bring a malloc of their own: the count then stays 0.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kCountsAllocations = false;
#else
inline constexpr bool kCountsAllocations = true;
#endif

// Since the start of the process.
[[nodiscard]] std::uint64_t allocation_count() noexcept;

}  // namespace interleave
