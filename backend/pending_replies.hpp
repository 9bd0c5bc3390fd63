// The replies one connection waits for, in the order of its commands. RESP answers in order, so a reply is never sent
// before the one ahead of it. A client with one call at a time never notices. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "backend/services.hpp"
#include "core/base/clock.hpp"

namespace interleave {

// A call first queues or is in service (one that hangs is `ending` once RESET has seen it); a text is done at once.
enum class ReplyState : std::uint8_t { queued, in_service, ending, done };

struct PendingReply {
  ReplyState state = ReplyState::done;
  TimePoint due;  // once done; after pop(): not before that of the reply ahead
  bool is_call = false;
  PlannedCall call;  // if is_call
  std::string text;  // else: the encoded reply
};

class PendingReplies {
 public:
  // The call's number on this connection, for find().
  std::uint32_t add_call(const PlannedCall& call);
  void add_text(TimePoint arrival, std::string text);
  // REQUIRES: added as a call and not popped. Until the next change.
  [[nodiscard]] PendingReply& find(std::uint32_t number) noexcept { return replies_[number - first_]; }

  [[nodiscard]] bool empty() const noexcept { return replies_.empty(); }
  [[nodiscard]] bool front_done() const noexcept {
    return !replies_.empty() && replies_.front().state == ReplyState::done;
  }
  [[nodiscard]] std::size_t size() const noexcept { return replies_.size(); }
  [[nodiscard]] std::size_t calls() const noexcept { return calls_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // of the replies, about
  [[nodiscard]] std::uint32_t first_number() const noexcept { return first_; }
  // The first. REQUIRES: not empty.
  [[nodiscard]] PendingReply pop();

 private:
  void add(PendingReply reply);
  [[nodiscard]] static std::size_t bytes_of(const PendingReply& reply) noexcept;

  std::deque<PendingReply> replies_;
  std::uint32_t first_ = 0;  // number of the front; wraps
  TimePoint last_due_ = TimePoint::min();
  std::size_t calls_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace interleave
