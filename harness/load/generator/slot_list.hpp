// An ordered set of small numbers (connections, by their slot): a doubly linked list in two arrays, so that joining,
// leaving from anywhere and taking either end cost a few writes. Not thread-safe; no allocation after construction.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace interleave {

using SlotIndex = std::uint32_t;
inline constexpr SlotIndex kNoSlot = UINT32_MAX;

class SlotList {
 public:
  // For slots below `capacity`.
  explicit SlotList(std::size_t capacity) : links_(capacity) {}

  [[nodiscard]] bool empty() const noexcept { return first_ == kNoSlot; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] SlotIndex first() const noexcept { return first_; }  // kNoSlot if empty
  [[nodiscard]] SlotIndex last() const noexcept { return last_; }

  // REQUIRES: not in the list.
  void push_back(SlotIndex slot) noexcept {
    links_[slot] = {last_, kNoSlot};
    (last_ == kNoSlot ? first_ : links_[last_].next) = slot;
    last_ = slot;
    ++size_;
  }
  // REQUIRES: in the list.
  void remove(SlotIndex slot) noexcept {
    const Links links = links_[slot];
    (links.previous == kNoSlot ? first_ : links_[links.previous].next) = links.next;
    (links.next == kNoSlot ? last_ : links_[links.next].previous) = links.previous;
    --size_;
  }

 private:
  struct Links {
    SlotIndex previous = kNoSlot;
    SlotIndex next = kNoSlot;
  };
  std::vector<Links> links_;
  SlotIndex first_ = kNoSlot;
  SlotIndex last_ = kNoSlot;
  std::size_t size_ = 0;
};

}  // namespace interleave
