// Counts detached threads, so that a server can bound them and outlive them. Thread-safe.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace interleave {

class ThreadCount {
 public:
  explicit ThreadCount(std::size_t limit) : limit_(limit) {}
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;
  ~ThreadCount() { wait_for_none(); }

  // False: the limit is reached.
  [[nodiscard]] bool try_add() {
    const std::lock_guard lock(mutex_);
    if (count_ >= limit_) return false;
    ++count_;
    return true;
  }

  // A counted thread's last act.
  void remove() {
    const std::lock_guard lock(mutex_);
    --count_;
    changed_.notify_all();  // under the lock: this object may be gone as soon as the count is 0
  }

  // Until a thread ends, or the time is over.
  void wait_for_change(std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, at_most);
  }

  void wait_for_none() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t count_ = 0;
};

}  // namespace interleave
