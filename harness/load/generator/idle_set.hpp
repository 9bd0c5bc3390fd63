// The connections that wait for a request, and which of them gets the next one. Not thread-safe; no allocation after
// construction.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/load/generator/slot_list.hpp"

namespace interleave {

enum class Pick : std::uint8_t {
  round_robin,          // the next one by number: load spreads evenly
  least_recently_used,  // the one idle for longest: keeps all warm, as a queue does
  most_recently_used    // the one used last: as few as possible, as a pool that works like a stack
};

class IdleSet {
 public:
  IdleSet(std::size_t capacity, Pick pick);

  [[nodiscard]] bool empty() const noexcept { return order_.empty(); }
  // REQUIRES: not in the set.
  void add(SlotIndex slot) noexcept;
  // REQUIRES: in the set.
  void remove(SlotIndex slot) noexcept;
  // Takes one out. REQUIRES: not empty.
  [[nodiscard]] SlotIndex take() noexcept;

 private:
  [[nodiscard]] SlotIndex next_by_number() const noexcept;

  Pick pick_;
  SlotList order_;                   // by when they became idle
  std::vector<std::uint64_t> bits_;  // the same by number
  SlotIndex cursor_ = 0;
};

}  // namespace interleave
