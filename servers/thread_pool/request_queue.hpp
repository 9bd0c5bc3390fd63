// The bounded queue between a selector and its workers. Thread-safe; first in, first out.
//
// Workers are woken one at a time: who takes an item wakes the next worker if there is more, unless one is on its way
// already. So every item that must wait for a worker gets one, as if each had woken its own; but a batch of requests
// that need no waiting is served by the worker that is awake, without a wake-up and a switch of threads for each.
//
// Each worker sleeps at a place of its own, and the one that fell asleep last is called: its stack is in the cache,
// and a call reaches whom it was meant for. (With one condition variable for all, glibc before 2.41 can lose a call,
// bug 25847, and nobody would be woken after that.)
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace interleave {

template <class Item>
class RequestQueue {
 public:
  RequestQueue(std::size_t limit, std::size_t workers) : limit_(limit), places_(workers) { asleep_.reserve(workers); }

  // False: full or closed.
  bool try_push(Item item) {
    std::unique_lock lock(mutex_);
    if (closed_ || items_.size() >= limit_) return false;
    add(std::move(item), lock);
    return true;
  }

  // Waits for room. False: closed.
  bool push(Item item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return closed_ || items_.size() < limit_; });
    if (closed_) return false;
    add(std::move(item), lock);
    return true;
  }

  // Waits for an item. nullopt: closed and empty. REQUIRES: worker < workers, and one thread for each.
  std::optional<Item> pop(std::size_t worker) {
    Place& place = places_[worker];
    std::unique_lock lock(mutex_);
    while (items_.empty()) {
      if (closed_) return std::nullopt;
      place.called = false;
      asleep_.push_back(&place);
      place.wake.wait(lock, [&] { return place.called || closed_; });
      if (place.called) waking_ = false;
    }
    std::optional<Item> item = std::move(items_.front());
    items_.pop_front();
    const bool was_full = items_.size() + 1 >= limit_;
    wake_next(lock);
    if (was_full) not_full_.notify_one();
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
    for (Place& place : places_) place.wake.notify_one();
    not_full_.notify_all();
    return left;
  }

 private:
  struct Place {
    std::condition_variable wake;
    bool called = false;
  };

  void add(Item item, std::unique_lock<std::mutex>& lock) {
    items_.push_back(std::move(item));
    wake_next(lock);
  }

  // Unlocks.
  void wake_next(std::unique_lock<std::mutex>& lock) {
    Place* next = nullptr;
    if (!items_.empty() && !asleep_.empty() && !waking_) {
      next = asleep_.back();
      asleep_.pop_back();
      next->called = waking_ = true;
    }
    lock.unlock();
    if (next != nullptr) next->wake.notify_one();
  }

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::deque<Item> items_;
  std::vector<Place> places_;   // by worker
  std::vector<Place*> asleep_;  // whose workers wait for an item, in the order they fell asleep
  bool waking_ = false;         // one was called and has not run yet
  bool closed_ = false;
};

}  // namespace interleave
