#include "backend/call_queue.hpp"

#include <algorithm>

namespace interleave {

bool CallQueue::later(const Entry& a, const Entry& b) noexcept {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

void CallQueue::push(TimePoint due, CallTicket call) {
  entries_.push_back({due, pushed_++, call});
  std::push_heap(entries_.begin(), entries_.end(), later);
}

TimePoint CallQueue::next_due() const noexcept {
  return entries_.empty() ? kNever : entries_.front().due;
}

CallTicket CallQueue::pop() {
  std::pop_heap(entries_.begin(), entries_.end(), later);
  const CallTicket call = entries_.back().call;
  entries_.pop_back();
  return call;
}

}  // namespace interleave
