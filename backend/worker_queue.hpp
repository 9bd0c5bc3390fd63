// The workers of one service and the queue before them: first come, first served, as a database has. Pure: times are
// given, nothing waits. With constant service times the beginnings follow the recursion of Kiefer and Wolfowitz ("On
// the theory of queues with many servers", Trans. AMS 78, 1955). Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "backend/call_queue.hpp"
#include "core/base/clock.hpp"

namespace interleave {

class WorkerQueue {
 public:
  struct Started {
    CallTicket call;
    TimePoint begin;
  };

  // `capacity` workers; 0: as many as there are calls.
  explicit WorkerQueue(std::uint32_t capacity) : capacity_(capacity), idle_since_(capacity, TimePoint::min()) {}

  // When the call begins: at its arrival, or when the worker became free if the loop saw that the other way round.
  // nullopt: all workers are busy, it queues.
  [[nodiscard]] std::optional<TimePoint> arrive(TimePoint arrival, CallTicket call);
  // A worker has ended a call at `at`, and takes the first of the queue.
  [[nodiscard]] std::optional<Started> release(TimePoint at);
  // Takes a call out of the queue, if it is there.
  bool remove(CallTicket call);

  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size(); }
  [[nodiscard]] std::size_t in_service() const noexcept { return in_service_; }
  [[nodiscard]] std::size_t max_queued() const noexcept { return max_queued_; }
  void reset_maximum() noexcept { max_queued_ = queue_.size(); }

 private:
  struct Waiting {
    CallTicket call;
    TimePoint arrival;
  };

  std::uint32_t capacity_;
  std::deque<TimePoint> idle_since_;  // one for each idle worker, the longest idle first
  std::deque<Waiting> queue_;
  std::size_t in_service_ = 0;
  std::size_t max_queued_ = 0;
};

}  // namespace interleave
