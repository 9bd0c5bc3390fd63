#include "harness/load/generator/load_plan.hpp"

#include <array>

namespace interleave {

std::string_view name_of(Pick pick) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"rr", "lru", "mru"};
  return kNames[static_cast<std::size_t>(pick)];
}

std::string_view name_of(WaitMode wait) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"block", "spin", "hybrid"};
  return kNames[static_cast<std::size_t>(wait)];
}

}  // namespace interleave
