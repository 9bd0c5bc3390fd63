#include "backend/pending_replies.hpp"

#include <algorithm>
#include <utility>

namespace interleave {

std::size_t PendingReplies::bytes_of(const PendingReply& reply) noexcept {
  return reply.is_call ? reply.call.reply_bytes : reply.text.size();
}

TimePoint PendingReplies::add(TimePoint due, PendingReply reply) {
  reply.due = replies_.empty() ? due : std::max(due, replies_.back().due);
  bytes_ += bytes_of(reply);
  calls_ += reply.is_call ? 1 : 0;
  replies_.push_back(std::move(reply));
  return replies_.back().due;
}

TimePoint PendingReplies::add_call(TimePoint arrival, const PlannedCall& call) {
  return add(arrival + call.delay, {.due = {}, .is_call = true, .call = call, .text = {}});
}

TimePoint PendingReplies::add_text(TimePoint arrival, std::string text) {
  return add(arrival, {.due = {}, .is_call = false, .call = {}, .text = std::move(text)});
}

PendingReply PendingReplies::pop() {
  PendingReply reply = std::move(replies_.front());
  replies_.pop_front();
  bytes_ -= bytes_of(reply);
  calls_ -= reply.is_call ? 1 : 0;
  return reply;
}

}  // namespace interleave
