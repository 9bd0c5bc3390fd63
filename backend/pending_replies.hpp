// The replies one connection waits for, in the order of its commands. RESP answers in order, so a reply is never due
// before the one ahead of it. A client with one call at a time never notices. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "backend/services.hpp"
#include "core/base/clock.hpp"

namespace interleave {

struct PendingReply {
  TimePoint due;
  bool is_call = false;
  PlannedCall call;  // if is_call
  std::string text;  // else: the encoded reply
};

class PendingReplies {
 public:
  // Each returns the due time: the arrival and the delay, or the due time of the reply ahead if that is later.
  TimePoint add_call(TimePoint arrival, const PlannedCall& call);
  TimePoint add_text(TimePoint arrival, std::string text);

  [[nodiscard]] bool empty() const noexcept { return replies_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return replies_.size(); }
  [[nodiscard]] std::size_t calls() const noexcept { return calls_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // of the replies, about
  // The first. REQUIRES: not empty.
  [[nodiscard]] PendingReply pop();

 private:
  TimePoint add(TimePoint due, PendingReply reply);
  [[nodiscard]] static std::size_t bytes_of(const PendingReply& reply) noexcept;

  std::deque<PendingReply> replies_;
  std::size_t calls_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace interleave
