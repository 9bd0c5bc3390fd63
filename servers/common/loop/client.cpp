#include "servers/common/loop/client.hpp"

#include <utility>
#include <variant>

#include "servers/common/loop/loop_server.hpp"

namespace interleave {
namespace {

// After the last reply the client gets this long to read it and close; closing at once with unread bytes from it
// would reset the connection and take the reply with it.
constexpr std::chrono::seconds kLinger{1};

}  // namespace

LoopClient::LoopClient(LoopServer& server, const Service& service, const SessionOptions& options, Counters& counters)
    : server_(server),
      session_(service, options, counters, counters.shard(0)),
      trace_id_(server.trace().accepted()) {}

LoopClient::~LoopClient() = default;

void LoopClient::begin(std::unique_ptr<Stream> stream) {
  stream_ = std::move(stream);
  advance();
}

void LoopClient::go_on() {
  if (!idle_) server_.trace().record(trace_id_, TraceState::running);
  advance();
}

void LoopClient::must_wait() {
  if (!idle_) server_.trace().record(trace_id_, TraceState::ready);
}

void LoopClient::advance() {
  while (!closing_) {
    const IoOp op = session_.next(now());
    if (!std::visit([this](const auto& started) { return start(started); }, op)) return;
  }
}

bool LoopClient::start(const ReadOp& op) {
  if (!unasked_.empty()) {
    if (op.idle) begin_request();
    feeding_.swap(unasked_);
    unasked_.clear();
    session_.complete_read(feeding_);
    return true;
  }
  if (ended_) {
    if (end_error_) {
      session_.complete({.bytes = 0, .error = end_error_});
    } else {
      session_.complete_read({});
    }
    return true;
  }
  idle_ = op.idle;
  if (idle_) {
    server_.trace().record(trace_id_, TraceState::idle);
  } else {
    server_.trace().waiting(trace_id_, TraceOp::read);
  }
  receive(true);
  wait_for(Waiting::receive, op.deadline);
  return false;
}

// The client has sent its next request before it had the reply to the last one.
void LoopClient::begin_request() {
  server_.trace().record(trace_id_, TraceState::idle);
  server_.trace().record(trace_id_, TraceState::running);
}

bool LoopClient::start(const WriteOp& op) {
  send_size_ = op.bytes.size();
  const auto result = stream_->send(op.bytes);
  if (result) {
    send_completed(*result);
    return true;
  }
  server_.trace().waiting(trace_id_, TraceOp::write);
  wait_for(Waiting::send, op.deadline);
  return false;
}

bool LoopClient::start(const BackendOp& op) {
  server_.trace().waiting(trace_id_, TraceOp::backend);
  while (calls_.size() < op.calls.size()) calls_.push_back(std::make_unique<Call>(*this));
  wait_for(Waiting::backend, op.deadline);
  open_calls_ = op.calls.size();
  starting_calls_ = true;
  for (std::size_t i = 0; i < op.calls.size(); ++i) {
    calls_[i]->open = true;
    server_.start_call(*calls_[i], op.calls[i], op.deadline);
  }
  starting_calls_ = false;
  if (open_calls_ > 0) return false;
  waiting_ = Waiting::nothing;
  server_.trace().running_after_held_wait(trace_id_);
  session_.complete({});
  return true;
}

bool LoopClient::start(const SleepOp& op) {
  server_.trace().waiting(trace_id_, TraceOp::sleep);
  if (server_.sleep_now(op)) {
    server_.trace().running_after_held_wait(trace_id_);
    session_.complete({});
    return true;
  }
  wait_for(Waiting::sleep, now() + op.duration);
  return false;
}

bool LoopClient::start(const FileReadOp& op) {
  server_.trace().waiting(trace_id_, TraceOp::file);
  wait_for(Waiting::file, kNever);
  const std::optional<IoResult> result = server_.start_file_read(*this, op);
  if (!result) return false;
  waiting_ = Waiting::nothing;
  server_.trace().running_after_held_wait(trace_id_);
  session_.complete(*result);
  return true;
}

void LoopClient::file_read(const IoResult& result) {
  session_.complete(result);
  completed();
}

bool LoopClient::start(const BoundaryOp&) {
  session_.complete({});
  return true;
}

bool LoopClient::start(const CloseOp&) {
  server_.trace().record(trace_id_, TraceState::closed);
  if (ended_ || reset_ || drained_while_idle_) {
    close();
    return false;
  }
  stream_->finish_sending();
  receive(true);
  wait_for(Waiting::linger, now() + kLinger);
  return false;
}

void LoopClient::wait_for(Waiting what, TimePoint deadline) {
  waiting_ = what;
  server_.set_deadline(*this, deadline);
}

void LoopClient::completed() {
  waiting_ = Waiting::nothing;
  server_.ready(*this);
}

// Interest in the client's bytes stays on while the session is busy - switching it off and on would cost system calls
// for each request - and goes off only when bytes come that nobody asked for.
void LoopClient::receive(bool wanted) {
  if (wanted == receiving_ || (wanted && ended_)) return;
  receiving_ = wanted;
  if (wanted) {
    stream_->start_receiving();
  } else {
    stream_->stop_receiving();
  }
}

void LoopClient::received(std::span<const std::byte> bytes) {
  if (waiting_ == Waiting::linger) return;
  if (waiting_ != Waiting::receive) {
    unasked_.insert(unasked_.end(), bytes.begin(), bytes.end());
    return receive(false);
  }
  // The bytes are the loop's: the session must have read them before this returns.
  waiting_ = Waiting::nothing;
  idle_ = false;
  session_.complete_read(bytes);
  go_on();
}

void LoopClient::receiving_ended(std::error_code error) {
  ended_ = true;
  receiving_ = false;
  end_error_ = error;
  reset_ = reset_ || error;
  if (waiting_ == Waiting::linger) return close();
  if (waiting_ != Waiting::receive) return;  // the session hears of it when it reads again
  if (error) {
    session_.complete({.bytes = 0, .error = error});
  } else {
    session_.complete_read({});
  }
  completed();
}

void LoopClient::sent(std::error_code error) {
  if (waiting_ != Waiting::send) return;
  send_completed(error);
  completed();
}

void LoopClient::send_completed(std::error_code error) {
  if (error) reset_ = true;
  session_.complete({.bytes = error ? 0 : send_size_, .error = error});
}

void LoopClient::call_done(Call& call) {
  call.open = false;
  --open_calls_;
  if (open_calls_ > 0 || starting_calls_) return;
  session_.complete({});
  completed();
}

void LoopClient::expire() {
  switch (waiting_) {
    case Waiting::nothing:
    case Waiting::file:
      return;
    case Waiting::sleep:
      session_.complete({});
      return completed();
    case Waiting::linger:
      return close();
    case Waiting::send:
      reset_ = true;
      server_.trace().record(trace_id_, TraceState::closed);
      return close();  // the bytes are the session's and still being sent: nothing more can be done with either
    case Waiting::receive:
      break;
    case Waiting::backend:
      for (const auto& call : calls_) {
        if (std::exchange(call->open, false)) server_.backend().detach(*call);
      }
      open_calls_ = 0;
      break;
  }
  session_.complete({.bytes = 0, .error = std::make_error_code(std::errc::timed_out)});
  completed();
}

void LoopClient::drain() {
  session_.drain();
  if (waiting_ == Waiting::linger) return close();
  if (waiting_ != Waiting::receive) return;
  drained_while_idle_ = true;
  session_.complete({.bytes = 0, .error = std::make_error_code(std::errc::operation_canceled)});
  completed();
}

void LoopClient::close() {
  if (closing_) return;
  closing_ = true;
  waiting_ = Waiting::nothing;
  server_.drop_deadline(*this);
  stream_->close();
}

void LoopClient::closed() {
  server_.remove_client(*this);
}

}  // namespace interleave
