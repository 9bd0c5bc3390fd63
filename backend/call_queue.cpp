#include "backend/call_queue.hpp"

#include <algorithm>

namespace interleave {

bool CallQueue::later(const Entry& a, const Entry& b) noexcept {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

void CallQueue::push(TimePoint due, ConnectionId connection) {
  entries_.push_back({due, pushed_++, connection});
  std::push_heap(entries_.begin(), entries_.end(), later);
}

TimePoint CallQueue::next_due() const noexcept {
  return entries_.empty() ? kNever : entries_.front().due;
}

ConnectionId CallQueue::pop() {
  std::pop_heap(entries_.begin(), entries_.end(), later);
  const ConnectionId connection = entries_.back().connection;
  entries_.pop_back();
  return connection;
}

}  // namespace interleave
