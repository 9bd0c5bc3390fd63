// Deadlines of many connections, for the loop models. A deadline moves with every operation but almost never comes,
// and mostly it moves later; so an item stands in the ordered list at the earliest time it was ever given, and its
// real deadline is looked at only when that time comes. One list operation per item and timeout, not per request. Not
// thread-safe. Items must be erased before they are destroyed.
#pragma once
#include <map>
#include <optional>

#include "core/base/clock.hpp"

namespace interleave {

template <class Item>
class Deadlines {
  using List = std::multimap<TimePoint, Item*>;

 public:
  // What an item keeps for the list.
  class Entry {
    friend class Deadlines;
    TimePoint deadline_ = kNever;
    std::optional<typename List::iterator> listed_;
  };

  // `entry` is a member of `item`. kNever: no deadline.
  void set(Item& item, Entry& entry, TimePoint deadline) {
    entry.deadline_ = deadline;
    if (deadline == kNever) return;
    if (entry.listed_ && (*entry.listed_)->first <= deadline) return;
    if (entry.listed_) {
      auto node = list_.extract(*entry.listed_);
      node.key() = deadline;
      entry.listed_ = list_.insert(std::move(node));
    } else {
      entry.listed_ = list_.emplace(deadline, &item);
    }
  }

  void erase(Entry& entry) {
    if (entry.listed_) list_.erase(*entry.listed_);
    entry.listed_.reset();
    entry.deadline_ = kNever;
  }

  // When to look again: no deadline comes before this time.
  [[nodiscard]] TimePoint next() const { return list_.empty() ? kNever : list_.begin()->first; }

  // An item whose deadline has come, nullptr if there is none (any more). Its deadline is cleared.
  // `entry_of(item)` gives the item's entry.
  template <class EntryOf>
  Item* expired(TimePoint at, EntryOf entry_of) {
    while (!list_.empty() && list_.begin()->first <= at) {
      Item* item = list_.begin()->second;
      Entry& entry = entry_of(*item);
      const TimePoint deadline = entry.deadline_;
      erase(entry);
      if (deadline <= at) return item;
      set(*item, entry, deadline);
    }
    return nullptr;
  }

 private:
  List list_;
};

}  // namespace interleave
