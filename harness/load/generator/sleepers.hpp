// Connections of a closed loop that wait until it is time for their next request. A binary heap: the times come in no
// order once some pause for their think time and some after a refused connect. Not thread-safe; no allocation after
// construction.
#pragma once
#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "harness/load/generator/slot_list.hpp"

namespace interleave {

class Sleepers {
 public:
  explicit Sleepers(std::size_t capacity) { heap_.reserve(capacity); }

  [[nodiscard]] TimePoint next() const noexcept { return heap_.empty() ? kNever : heap_.front().first; }
  // REQUIRES: the slot does not sleep.
  void push(TimePoint until, SlotIndex slot) {
    heap_.emplace_back(until, slot);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  // The one whose time comes first. REQUIRES: somebody sleeps.
  SlotIndex pop() {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const SlotIndex slot = heap_.back().second;
    heap_.pop_back();
    return slot;
  }
  void clear() noexcept { heap_.clear(); }

 private:
  std::vector<std::pair<TimePoint, SlotIndex>> heap_;
};

}  // namespace interleave
