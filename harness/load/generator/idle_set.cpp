#include "harness/load/generator/idle_set.hpp"

#include <bit>

namespace interleave {
namespace {

constexpr std::size_t kBits = 64;

}  // namespace

IdleSet::IdleSet(std::size_t capacity, Pick pick)
    : pick_(pick), order_(capacity), bits_((capacity + kBits - 1) / kBits) {}

void IdleSet::add(SlotIndex slot) noexcept {
  order_.push_back(slot);
  bits_[slot / kBits] |= std::uint64_t{1} << (slot % kBits);
}

void IdleSet::remove(SlotIndex slot) noexcept {
  order_.remove(slot);
  bits_[slot / kBits] &= ~(std::uint64_t{1} << (slot % kBits));
}

SlotIndex IdleSet::take() noexcept {
  SlotIndex slot = kNoSlot;
  switch (pick_) {
    case Pick::round_robin:
      slot = next_by_number();
      cursor_ = slot + 1;
      break;
    case Pick::least_recently_used:
      slot = order_.first();
      break;
    case Pick::most_recently_used:
      slot = order_.last();
      break;
  }
  remove(slot);
  return slot;
}

// The first from the cursor on, else the first of all.
SlotIndex IdleSet::next_by_number() const noexcept {
  std::size_t word = cursor_ / kBits;
  if (word < bits_.size()) {
    const std::uint64_t rest = bits_[word] & (~std::uint64_t{0} << (cursor_ % kBits));
    if (rest != 0) return static_cast<SlotIndex>(word * kBits + static_cast<unsigned>(std::countr_zero(rest)));
  }
  for (std::size_t i = 0; i <= bits_.size(); ++i) {
    word = word + 1 < bits_.size() ? word + 1 : 0;
    if (bits_[word] != 0) {
      return static_cast<SlotIndex>(word * kBits + static_cast<unsigned>(std::countr_zero(bits_[word])));
    }
  }
  return kNoSlot;
}

}  // namespace interleave
