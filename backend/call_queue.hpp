// When to answer whom: a binary heap of due times on one vector. Tens of thousands of calls wait at a time; adding
// and removing one touches about fifteen entries of 32 bytes and does not allocate once the vector has grown. Entries
// are never searched for: those of a connection that has gone stay until due and are then passed over, known by the
// connection's generation. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/clock.hpp"

namespace interleave {

// A connection, never mistaken for a later one with the same descriptor.
struct ConnectionId {
  std::uint32_t fd = 0;
  std::uint32_t generation = 0;  // 0: none
  bool operator==(const ConnectionId&) const = default;
};

// A call on its connection: its number there (PendingReplies).
struct CallTicket {
  ConnectionId connection;
  std::uint32_t number = 0;
  bool operator==(const CallTicket&) const = default;
};

class CallQueue {
 public:
  void push(TimePoint due, CallTicket call);

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  // The earliest; kNever if there is none.
  [[nodiscard]] TimePoint next_due() const noexcept;
  // Removes the earliest, of equal ones the first pushed. REQUIRES: not empty.
  CallTicket pop();

 private:
  struct Entry {
    TimePoint due;
    std::uint64_t order;
    CallTicket call;
  };
  [[nodiscard]] static bool later(const Entry& a, const Entry& b) noexcept;

  std::vector<Entry> entries_;
  std::uint64_t pushed_ = 0;
};

}  // namespace interleave
