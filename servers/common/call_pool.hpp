// Which backend connection a call gets: the policy of a bounded connection pool with a FIFO of waiting calls, without
// sockets, so that every loop model has the same one. Not thread-safe. The pool owns nothing: connections and calls
// belong to the model and must be taken out (lost, cancel) before they are destroyed.
#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

#include <boost/intrusive/list.hpp>

namespace interleave {

// A waiting call derives from this to be queued without an allocation.
using CallPoolHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>>;

template <class Connection, class Call>
class CallPool {
 public:
  enum class Verdict { use, connect, wait, reject };
  struct Grant {
    Verdict verdict;
    Connection* connection = nullptr;  // for `use`
  };

  CallPool(std::size_t max_connections, std::size_t max_waiting)
      : max_connections_(max_connections), max_waiting_(max_waiting) {}
  ~CallPool() { waiting_.clear(); }
  CallPool(const CallPool&) = delete;
  CallPool& operator=(const CallPool&) = delete;

  // use: the call has this connection. connect: the caller opens one for the call (it counts from now on).
  // wait: queued; release() or lost() will return it. reject: the queue is full.
  Grant acquire(Call& call) {
    if (!idle_.empty()) {
      Connection* connection = idle_.back();  // the most recently used: the pool stays as small as the load allows
      idle_.pop_back();
      return {Verdict::use, connection};
    }
    if (open_ < max_connections_) {
      ++open_;
      return {Verdict::connect};
    }
    if (waiting_.size() >= max_waiting_) return {Verdict::reject};
    waiting_.push_back(call);
    return {Verdict::wait};
  }

  // A call on `connection` ended well. Returns the call that gets the connection next; nullptr: it is idle now.
  Call* release(Connection& connection) {
    if (Call* next = pop_waiting()) return next;
    idle_.push_back(&connection);
    return nullptr;
  }

  // A busy connection (or one that could not be opened) is gone. Returns the call that may open one instead, which
  // is then counted; nullptr if none waits.
  Call* lost_busy() {
    if (Call* next = pop_waiting()) return next;
    --open_;
    return nullptr;
  }

  // An idle connection is gone. Nobody waits while one is idle.
  void lost_idle(Connection& connection) {
    idle_.erase(std::find(idle_.begin(), idle_.end(), &connection));
    --open_;
  }

  // Takes a waiting call out of the queue. False: it was not waiting.
  bool cancel(Call& call) {
    if (!call.is_linked()) return false;
    waiting_.erase(waiting_.iterator_to(call));
    return true;
  }

  [[nodiscard]] std::size_t open() const noexcept { return open_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

 private:
  Call* pop_waiting() {
    if (waiting_.empty()) return nullptr;
    Call& first = waiting_.front();
    waiting_.pop_front();
    return &first;
  }

  std::size_t max_connections_;
  std::size_t max_waiting_;
  std::size_t open_ = 0;  // busy, idle and being opened
  std::vector<Connection*> idle_;
  boost::intrusive::list<Call> waiting_;
};

}  // namespace interleave
