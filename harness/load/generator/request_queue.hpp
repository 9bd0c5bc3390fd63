// Requests whose time has come while every connection is busy: first come, first served, bounded. Not thread-safe; no
// allocation after construction.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/clock.hpp"

namespace interleave {

struct LoadRequest {
  TimePoint intended;    // when it is to be sent: what its latency counts from
  std::uint64_t id = 0;  // see RequestMix
  bool measured = false;
};

class RequestQueue {
 public:
  // REQUIRES: limit > 0.
  explicit RequestQueue(std::size_t limit) : ring_(limit) {}

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool full() const noexcept { return size_ == ring_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  // REQUIRES: not empty.
  [[nodiscard]] const LoadRequest& front() const noexcept { return ring_[first_]; }

  // REQUIRES: not full.
  void push(const LoadRequest& request) noexcept {
    const std::size_t at = first_ + size_;
    ring_[at < ring_.size() ? at : at - ring_.size()] = request;
    ++size_;
  }
  // REQUIRES: not empty.
  LoadRequest pop() noexcept {
    const LoadRequest request = ring_[first_];
    if (++first_ == ring_.size()) first_ = 0;
    --size_;
    return request;
  }

 private:
  std::vector<LoadRequest> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace interleave
