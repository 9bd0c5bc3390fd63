// The bounded queue between a selector and its workers. Thread-safe; first in, first out.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

namespace interleave {

template <class Item>
class RequestQueue {
 public:
  explicit RequestQueue(std::size_t limit) : limit_(limit) {}

  // False: full or closed.
  bool try_push(Item item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= limit_) return false;
      items_.push_back(std::move(item));
    }
    not_empty_.notify_one();
    return true;
  }

  // Waits for room. False: closed.
  bool push(Item item) {
    {
      std::unique_lock lock(mutex_);
      not_full_.wait(lock, [this] { return closed_ || items_.size() < limit_; });
      if (closed_) return false;
      items_.push_back(std::move(item));
    }
    not_empty_.notify_one();
    return true;
  }

  // Waits for an item. nullopt: closed and empty.
  std::optional<Item> pop() {
    std::optional<Item> item;
    {
      std::unique_lock lock(mutex_);
      not_empty_.wait(lock, [this] { return closed_ || !items_.empty(); });
      if (items_.empty()) return std::nullopt;
      item = std::move(items_.front());
      items_.pop_front();
    }
    not_full_.notify_one();
    return item;
  }

  // Nothing goes in any more, and waiting ends. Returns what was left in the queue.
  std::deque<Item> close() {
    std::deque<Item> left;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      left.swap(items_);
    }
    not_empty_.notify_all();
    not_full_.notify_all();
    return left;
  }

 private:
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<Item> items_;
  bool closed_ = false;
};

}  // namespace interleave
