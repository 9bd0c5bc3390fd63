#include "backend/pending_replies.hpp"

#include <algorithm>
#include <utility>

namespace interleave {

std::size_t PendingReplies::bytes_of(const PendingReply& reply) noexcept {
  return reply.is_call ? reply.call.reply_bytes : reply.text.size();
}

void PendingReplies::add(PendingReply reply) {
  bytes_ += bytes_of(reply);
  calls_ += reply.is_call ? 1 : 0;
  replies_.push_back(std::move(reply));
}

std::uint32_t PendingReplies::add_call(const PlannedCall& call) {
  add({.state = ReplyState::queued, .due = {}, .is_call = true, .call = call, .text = {}});
  return first_ + static_cast<std::uint32_t>(replies_.size() - 1);
}

void PendingReplies::add_text(TimePoint arrival, std::string text) {
  add({.state = ReplyState::done, .due = arrival, .is_call = false, .call = {}, .text = std::move(text)});
}

PendingReply PendingReplies::pop() {
  PendingReply reply = std::move(replies_.front());
  replies_.pop_front();
  ++first_;
  bytes_ -= bytes_of(reply);
  calls_ -= reply.is_call ? 1 : 0;
  reply.due = last_due_ = std::max(reply.due, last_due_);
  return reply;
}

}  // namespace interleave
