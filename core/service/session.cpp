#include "core/service/session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/http/response.hpp"
#include "core/service/session_impl.hpp"

namespace interleave {
namespace {

// Replies of pipelined requests are gathered up to about this size before they are written.
constexpr std::size_t kFlushBytes = std::size_t{16} * 1024;

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

// Whatever waits comes after the output is flushed: the client must not wait for a reply that lies here.
IoOp Session::Impl::next(TimePoint now) {
  assert(pending_ == Pending::none);
  while (output_.size() < kFlushBytes && advance(now)) {
  }
  keep_rest_of_input();
  return output_.empty() ? wait(now) : flush(now);
}

bool Session::Impl::advance(TimePoint now) {
  switch (state_) {
    case State::receiving:
      if (input_.empty()) return out_of_input(now);
      return at_boundary_ ? false : receive(now);
    case State::running:
      run();
      return true;
    case State::waiting:
    case State::closing:
      break;
  }
  return false;
}

bool Session::Impl::receive(TimePoint now) {
  const RequestParser::Result result = parser_.parse(input_);
  input_.remove_prefix(result.consumed);
  if (parser_.started() && request_deadline_ == kNever) {
    request_deadline_ = now + options_.limits.head_timeout;
    idle_deadline_ = kNever;
  }
  switch (result.event) {
    case RequestParser::Event::need_more:
      break;
    case RequestParser::Event::body_follows:
      on_body_follows();
      break;
    case RequestParser::Event::complete:
      on_request();
      break;
    case RequestParser::Event::failed:
      refuse(parser_.status());
      break;
  }
  return true;
}

// Deadlines are looked at here too, so that a client cannot win time by sending a byte just before each.
bool Session::Impl::out_of_input(TimePoint now) {
  if (parser_.started()) {
    if (now < request_deadline_) return false;
    refuse(408);
    return true;
  }
  if (draining_ || now >= idle_deadline_) close();
  return false;
}

void Session::Impl::run() {
  needs_ = run_.advance();
  if (needs_ != RequestRun::Progress::done) {
    state_ = State::waiting;
    return;
  }
  if (route_->text.empty()) {
    reply_json(run_.body());
  } else {
    reply_text(200, route_->text);
  }
}

IoOp Session::Impl::wait(TimePoint now) {
  switch (state_) {
    case State::closing:
      return CloseOp{};
    case State::waiting:
      return wait_for_step(now);
    case State::receiving:
      if (!at_boundary_ || input_.empty()) break;
      at_boundary_ = false;
      pending_ = Pending::boundary;
      return BoundaryOp{};
    case State::running:
      break;  // running never waits
  }
  pending_ = Pending::read;
  if (parser_.started()) return ReadOp{.deadline = request_deadline_, .idle = false};
  if (idle_deadline_ == kNever) idle_deadline_ = now + options_.limits.idle_timeout;
  return ReadOp{.deadline = idle_deadline_, .idle = true};
}

IoOp Session::Impl::wait_for_step(TimePoint now) {
  if (needs_ == RequestRun::Progress::needs_file) {
    pending_ = Pending::file;
    return run_.file();
  }
  if (needs_ == RequestRun::Progress::needs_sleep) {
    pending_ = Pending::sleep;
    return run_.sleep();
  }
  pending_ = Pending::backend;
  const std::span<BackendCall> calls = run_.calls();
  bump(shard_->backend_calls, calls.size());
  return BackendOp{.calls = calls, .deadline = now + options_.limits.backend_timeout};
}

IoOp Session::Impl::flush(TimePoint now) {
  pending_ = Pending::write;
  return WriteOp{.bytes = std::as_bytes(std::span(output_)), .deadline = now + options_.limits.write_timeout};
}

void Session::Impl::keep_rest_of_input() {
  if (input_.empty() || input_is_carried_) return;
  carried_.assign(input_);
  input_ = carried_;
  input_is_carried_ = true;
}

void Session::Impl::complete_read(std::span<const std::byte> data) {
  assert(pending_ == Pending::read);
  pending_ = Pending::none;
  bump(shard_->bytes_in, data.size());
  input_ = as_text(data);
  input_is_carried_ = false;
  at_boundary_ = false;
  // The peer will send no more. What it sent in full has been answered, what it broke off is dropped.
  if (data.empty()) close();
}

void Session::Impl::complete(IoResult result) {
  const Pending completed = std::exchange(pending_, Pending::none);
  switch (completed) {
    case Pending::read:
      assert(result.error);
      if (result.error == std::errc::timed_out && parser_.started()) {
        refuse(408);
      } else {
        close();
      }
      break;
    case Pending::write:
      on_written(result);
      break;
    case Pending::backend:
      on_settled(run_.settle_calls(result.error));
      break;
    case Pending::file:
      on_settled(run_.settle_file(result));
      break;
    case Pending::sleep:
      state_ = State::running;
      break;
    case Pending::boundary:
      break;
    case Pending::none:
      assert(false);
      break;
  }
}

void Session::Impl::on_written(IoResult result) {
  bump(shard_->bytes_out, result.error ? std::min(result.bytes, output_.size()) : output_.size());
  output_.clear();
  if (result.error) close();
  if (state_ == State::receiving || state_ == State::closing) leave_flight();
}

void Session::Impl::on_settled(const RequestRun::Outcome& outcome) {
  if (outcome.status == 200) {
    state_ = State::running;
    return;
  }
  bump(shard_->backend_errors, outcome.failed_calls);
  reply_error(outcome.status);
}

void Session::Impl::on_head() {
  const RequestHead& head = parser_.head();
  route_ = service_.find(head.path);
  id_ = head.id.value;
  is_head_ = head.method == Method::head;
  keep_alive_ = head.keep_alive && options_.keep_alive;
  announce_keep_alive_ = head.minor_version == 0;
  verdict_ = judge(head);
}

int Session::Impl::judge(const RequestHead& head) const noexcept {
  if (head.expectation == RequestHead::Expectation::unknown) return 417;
  if (head.id.malformed) return 400;
  if (route_ == nullptr) return 404;
  return head.method == Method::other ? 405 : 200;
}

// A client that waits for "100 Continue" gets it, also when its body has already begun to arrive: what is sent must
// not depend on how the bytes were split. Or it gets the final answer at once; whether its body still comes is then
// open.
void Session::Impl::on_body_follows() {
  on_head();
  if (parser_.head().expectation == RequestHead::Expectation::none) return;
  if (verdict_ == 200) {
    append_continue(output_);
  } else {
    refuse(verdict_);
  }
}

void Session::Impl::on_request() {
  if (verdict_ == 0) on_head();
  const int verdict = std::exchange(verdict_, 0);
  parser_.reset();
  request_deadline_ = kNever;
  accept_request();
  if (verdict == 200) {
    run_.start(*route_, id_);
    state_ = State::running;
  } else {
    reply_error(verdict);
  }
}

// In flight is the connection rather than each of its requests: pipelined ones are run one after another.
void Session::Impl::accept_request() noexcept {
  bump(shard_->requests);
  if (!in_flight_) counters_.request_begins();
  in_flight_ = true;
}

void Session::Impl::leave_flight() noexcept {
  if (in_flight_) counters_.request_ends();
  in_flight_ = false;
}

Session::Session(const Service& service, const SessionOptions& options, Counters& counters, Counters::Shard& shard)
    : impl_(std::make_unique<Impl>(service, options, counters, shard)) {}
Session::~Session() = default;

IoOp Session::next(TimePoint now) {
  return impl_->next(now);
}
void Session::complete_read(std::span<const std::byte> data) {
  impl_->complete_read(data);
}
void Session::complete(IoResult result) {
  impl_->complete(result);
}
void Session::drain() {
  impl_->drain();
}
void Session::use_shard(Counters::Shard& shard) {
  impl_->use_shard(shard);
}

}  // namespace interleave
