#include "harness/load/generator/traffic.hpp"

#include <algorithm>

namespace interleave {
namespace {

std::uint64_t since(TimePoint begin, TimePoint end) noexcept {
  return end > begin ? static_cast<std::uint64_t>(Nanoseconds(end - begin).count()) : 0;
}

}  // namespace

Traffic::Traffic(const TrafficOptions& options, ScheduleCursor schedule, Wire& wire, Tally& tally, Timeline* timeline,
                 RequestLog* log)
    : options_(options),
      schedule_(std::move(schedule)),
      wire_(wire),
      tally_(tally),
      timeline_(timeline),
      log_(log),
      slots_(options.connections),
      queue_(options.closed_loop ? 1 : options.queue_limit),
      in_flight_(options.connections),
      closed_(options.connections),
      idle_(options.connections, options.pick),
      sleepers_(options.connections) {}

bool Traffic::open_next() {
  if (to_open_ == options_.connections) return false;
  const SlotIndex slot = to_open_++;
  const int error = wire_.connect(slot);
  if (error == 0) {
    slots_[slot].state = State::connecting;
    ++connecting_;
    return true;
  }
  leave_unopened(slot, error);
  return true;
}

// A connection that no request was to use yet.
void Traffic::leave_unopened(SlotIndex index, int error) {
  tally_.unopened.add(error);
  if (!options_.closed_loop) closed_.push_back(index);
}

void Traffic::start(const Window& window) {
  window_ = window;
  started_ = true;
  while (to_open_ < options_.connections) {  // those not tried are opened on demand
    if (!options_.closed_loop) closed_.push_back(to_open_);
    ++to_open_;
  }
  if (options_.closed_loop) {
    for (SlotIndex slot = 0; slot < options_.connections; ++slot) sleepers_.push(window_.warmup_begin, slot);
  } else {
    fetch_arrival();
  }
}

void Traffic::fetch_arrival() {
  arrival_ = schedule_.next();
}

TimePoint Traffic::next_arrival_time() const noexcept {
  return arrival_ ? window_.begin + arrival_->at : kNever;
}

TimePoint Traffic::next_wake() const noexcept {
  TimePoint wake = std::min(next_arrival_time(), sleepers_.next());
  if (!in_flight_.empty()) wake = std::min(wake, slots_[in_flight_.first()].request.intended + options_.deadline);
  if (!queue_.empty()) wake = std::min(wake, queue_.front().intended + options_.deadline);
  return wake;
}

bool Traffic::advance(TimePoint now) {
  if (next_arrival_time() <= now) {
    admit(now);
    return true;
  }
  if (sleepers_.next() <= now) {
    wake_one(now);
    return true;
  }
  return expire_one(now);
}

bool Traffic::expire_one(TimePoint now) {
  if (!queue_.empty() && queue_.front().intended + options_.deadline <= now) {
    count(queue_.pop(), Outcome::timeout, now);
    return true;
  }
  if (in_flight_.empty()) return false;
  const SlotIndex slot = in_flight_.first();
  if (slots_[slot].request.intended + options_.deadline > now) return false;
  fail(slot, Outcome::timeout, 0, now);
  serve_queue(now);
  return true;
}

// REQUIRES: an arrival is left.
LoadRequest Traffic::next_request() const noexcept {
  return {next_arrival_time(), arrival_->number + (arrival_->measured ? 0 : kWarmupIds), arrival_->measured};
}

void Traffic::admit(TimePoint now) {
  const LoadRequest request = next_request();
  fetch_arrival();
  schedule(request, now);
  // First come, first served: nobody overtakes those who wait.
  const SlotIndex slot = queue_.empty() ? take_free() : kNoSlot;
  if (slot != kNoSlot) {
    if (request.measured) tally_.send_lag.record(since(request.intended, now));
    return assign(slot, request, now);
  }
  if (queue_.full()) return count(request, Outcome::shed, now);
  queue_.push(request);
}

// Closed loop.
void Traffic::wake_one(TimePoint now) {
  const TimePoint intended = sleepers_.next();
  const SlotIndex slot = sleepers_.pop();
  if (intended >= window_.end) return;
  const bool measured = intended >= window_.begin;
  const std::uint64_t number = closed_loop_requests_[measured ? 1 : 0]++ * options_.threads + options_.thread;
  const LoadRequest request{intended, number + (measured ? 0 : kWarmupIds), measured};
  schedule(request, now);
  if (measured) tally_.send_lag.record(since(intended, now));
  assign(slot, request, now);
}

SlotIndex Traffic::take_free() noexcept {
  if (!idle_.empty()) return idle_.take();
  if (closed_.empty()) return kNoSlot;
  const SlotIndex slot = closed_.first();
  closed_.remove(slot);
  return slot;
}

void Traffic::assign(SlotIndex index, const LoadRequest& request, TimePoint now) {
  Slot& slot = slots_[index];
  slot.request = request;
  slot.has_request = true;
  if (request.measured) ++slot.given;
  in_flight_.push_back(index);
  if (slot.state == State::idle) return write(index, now);
  if (slot.state == State::connecting) return;  // still being opened since before the start
  const int error = wire_.connect(index);
  if (error != 0) return fail(index, Outcome::connect_error, error, now);
  slot.state = State::connecting;
  ++connecting_;
}

void Traffic::write(SlotIndex index, TimePoint now) {
  Slot& slot = slots_[index];
  slot.state = State::busy;
  slot.sent = now;
  if (slot.request.measured) {
    tally_.client_queue.record(since(slot.request.intended, now));
    if (now < window_.end) ++tally_.sent;
  }
  const int error = wire_.send(index, slot.request.id);
  if (error != 0) fail(index, Outcome::reset, error, now);
}

LoadCounts& Traffic::counts_of(const LoadRequest& request) noexcept {
  return request.measured ? tally_.window : tally_.warmup;
}

// It has come up: from here on it has to have an outcome.
void Traffic::schedule(const LoadRequest& request, TimePoint now) {
  ++counts_of(request).scheduled;
  LiveCounts::bump(live_.scheduled);
  if (!request.measured) return;
  if (now < window_.end) ++tally_.taken_up;
  if (timeline_ != nullptr) timeline_->scheduled(request.intended - window_.begin);
}

void Traffic::count(const LoadRequest& request, Outcome outcome, TimePoint now, TimePoint sent) {
  counts_of(request).add(outcome);
  if (log_ != nullptr) log_->add({request, outcome, sent, now});
  LiveCounts::bump(outcome == Outcome::ok ? live_.ok : live_.failed);
  if (!request.measured) return;
  if (outcome == Outcome::timeout) tally_.response.record(static_cast<std::uint64_t>(options_.deadline.count()));
  if (outcome == Outcome::ok) tally_.response.record(since(request.intended, now));
  if (outcome == Outcome::censored) tally_.open_for.record(since(request.intended, now));
  if (timeline_ == nullptr) return;
  if (outcome == Outcome::ok) {
    timeline_->answered(now - window_.begin, since(request.intended, now));
  } else {
    timeline_->failed(now - window_.begin);
  }
}

// The request of a slot has its outcome.
void Traffic::settle(SlotIndex index, Outcome outcome, TimePoint now) {
  Slot& slot = slots_[index];
  slot.has_request = false;
  in_flight_.remove(index);
  count(slot.request, outcome, now, slot.state == State::busy ? slot.sent : kNever);
}

// The request fails and its connection ends.
void Traffic::fail(SlotIndex index, Outcome outcome, int error, TimePoint now) {
  Slot& slot = slots_[index];
  if (slot.request.measured) {
    if (outcome == Outcome::http_error) tally_.errors.add_status(ErrorCounts::kMalformed);
    if (outcome == Outcome::connect_error || outcome == Outcome::reset) tally_.errors.add_errno(error);
  }
  settle(index, outcome, now);
  drop(index);
  release(index, outcome == Outcome::connect_error ? now + kConnectPause : now + options_.think);
}

void Traffic::drop(SlotIndex index) {
  Slot& slot = slots_[index];
  if (slot.state == State::connecting) --connecting_;
  if (slot.state != State::closed) wire_.close(index);
  slot.state = State::closed;
}

// The slot is free; in a closed loop its next request comes at `at`.
void Traffic::release(SlotIndex index, TimePoint at) {
  if (options_.closed_loop) return sleepers_.push(at, index);
  if (slots_[index].state == State::idle) {
    idle_.add(index);
  } else {
    closed_.push_back(index);
  }
}

void Traffic::serve_queue(TimePoint now) {
  while (!queue_.empty()) {
    if (queue_.front().intended + options_.deadline <= now) {
      count(queue_.pop(), Outcome::timeout, now);
      continue;
    }
    const SlotIndex slot = take_free();
    if (slot == kNoSlot) return;
    assign(slot, queue_.pop(), now);
  }
}

void Traffic::on_connected(SlotIndex index, TimePoint now) {
  Slot& slot = slots_[index];
  --connecting_;
  ++tally_.connections_opened;
  slot.state = State::idle;
  if (slot.has_request) {
    write(index, now);
  } else if (!options_.closed_loop) {
    idle_.add(index);
  }
  serve_queue(now);
}

void Traffic::on_connect_failed(SlotIndex index, int error, TimePoint now) {
  if (slots_[index].has_request) {
    fail(index, Outcome::connect_error, error, now);
  } else {
    drop(index);
    leave_unopened(index, error);
  }
  serve_queue(now);
}

void Traffic::on_reply(SlotIndex index, int status, bool expected, bool keep_alive, TimePoint now) {
  Slot& slot = slots_[index];
  const LoadRequest request = slot.request;
  const bool late = now >= request.intended + options_.deadline;  // seen before its expiry was
  const Outcome outcome = late ? Outcome::timeout : expected ? Outcome::ok : Outcome::http_error;
  settle(index, outcome, now);
  if (outcome == Outcome::ok && now >= window_.begin && now < window_.end) ++tally_.replies_in_window;
  if (request.measured) {
    ++slot.answered;
    if (outcome == Outcome::http_error) tally_.errors.add_status(status);
    if (outcome == Outcome::ok) tally_.service.record(since(slot.sent, now));
  }
  if (keep_alive && !options_.close_each) {
    slot.state = State::idle;
  } else {
    drop(index);
  }
  release(index, now + options_.think);
  serve_queue(now);
}

void Traffic::on_malformed(SlotIndex index, TimePoint now) {
  fail(index, Outcome::http_error, 0, now);
  serve_queue(now);
}

void Traffic::on_broken(SlotIndex index, int error, TimePoint now) {
  if (slots_[index].has_request) {
    fail(index, Outcome::reset, error, now);
    return serve_queue(now);
  }
  if (!options_.closed_loop) {
    idle_.remove(index);
    closed_.push_back(index);
  }
  drop(index);
}

bool Traffic::is_quiet() const noexcept {
  return !arrival_ && queue_.empty() && in_flight_.empty();
}

bool Traffic::censor_arrivals(TimePoint now, int most) {
  for (; arrival_ && most > 0; --most) {
    const LoadRequest request = next_request();
    schedule(request, now);
    count(request, Outcome::censored, now);
    fetch_arrival();
  }
  return arrival_.has_value();
}

void Traffic::finish(TimePoint now) {
  arrival_.reset();
  sleepers_.clear();
  while (!queue_.empty()) count(queue_.pop(), Outcome::censored, now);
  while (!in_flight_.empty()) settle(in_flight_.first(), Outcome::censored, now);
}

Traffic::Share Traffic::share_of(SlotIndex slot) const noexcept {
  const Slot& it = slots_[slot];
  return {it.given, it.answered, it.state == State::idle || it.state == State::busy};
}

}  // namespace interleave
