#include "backend/worker_queue.hpp"

#include <algorithm>

namespace interleave {

std::optional<TimePoint> WorkerQueue::arrive(TimePoint arrival, CallTicket call) {
  if (capacity_ != 0 && idle_since_.empty()) {
    queue_.push_back({call, arrival});
    max_queued_ = std::max(max_queued_, queue_.size());
    return std::nullopt;
  }
  ++in_service_;
  if (capacity_ == 0) return arrival;
  const TimePoint begin = std::max(arrival, idle_since_.front());
  idle_since_.pop_front();
  return begin;
}

std::optional<WorkerQueue::Started> WorkerQueue::release(TimePoint at) {
  if (queue_.empty()) {
    --in_service_;
    if (capacity_ != 0) idle_since_.push_back(at);
    return std::nullopt;
  }
  const Waiting next = queue_.front();
  queue_.pop_front();
  return Started{next.call, std::max(at, next.arrival)};
}

bool WorkerQueue::remove(CallTicket call) {
  const auto found =
      std::find_if(queue_.begin(), queue_.end(), [&](const Waiting& waiting) { return waiting.call == call; });
  if (found == queue_.end()) return false;
  queue_.erase(found);
  return true;
}

}  // namespace interleave
