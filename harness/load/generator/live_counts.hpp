// What a thread has done so far, for others to watch while it runs. Written by its thread alone, read by any.
#pragma once
#include <atomic>
#include <cstdint>

namespace interleave {

struct LiveCounts {
  std::atomic<std::uint64_t> scheduled{0};  // warm-up included, as all here
  std::atomic<std::uint64_t> ok{0};
  std::atomic<std::uint64_t> failed{0};

  // One writer: a plain addition, without the cost of a locked one.
  static void bump(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

}  // namespace interleave
