#include "core/service/request_run.hpp"

#include <mutex>
#include <variant>

#include "core/backend/resp.hpp"
#include "core/service/cpu_work.hpp"

namespace interleave {
namespace {

int status_of(std::error_code call_error) noexcept {
  if (call_error == std::errc::timed_out) return 504;
  return call_error == std::errc::resource_unavailable_try_again ? 503 : 502;
}

// Of two failed calls, the one that says more of what is wrong: 504, then 502, then 503.
int worse(int left, int right) noexcept {
  const auto rank = [](int status) { return status == 504 ? 3 : status == 502 ? 2 : status == 503 ? 1 : 0; };
  return rank(left) >= rank(right) ? left : right;
}

}  // namespace

void RequestRun::start(const Service::PreparedRoute& route, std::optional<std::uint64_t> id) {
  route_ = &route;
  id_ = id;
  next_step_ = 0;
  calls_made_ = 0;
  bytes_ = 0;
  items_made_ = 0;
  has_items_ = false;
  items_.clear();
}

RequestRun::Progress RequestRun::advance() {
  while (next_step_ < route_->steps.size()) {
    const Service::PreparedStep& step = route_->steps[next_step_++];
    if (const auto* calls = std::get_if<Service::PreparedCalls>(&step)) {
      prepare(*calls);
      return Progress::needs_calls;
    }
    if (const auto* file = std::get_if<Service::PreparedFile>(&step)) {
      prepare(*file);
      return Progress::needs_file;
    }
    if (const auto* sleep = std::get_if<Service::PreparedSleep>(&step)) {
      sleep_ = sleep->duration;
      return Progress::needs_sleep;
    }
    if (const auto* cpu = std::get_if<Service::PreparedCpu>(&step)) {
      do_cpu_work(cpu->iterations);
    } else if (const auto* lock = std::get_if<Service::PreparedLock>(&step)) {
      const std::lock_guard held(*lock->mutex);
      do_cpu_work(lock->iterations);
    } else {
      perform(std::get<Service::PreparedSerialize>(step));
    }
  }
  return Progress::done;
}

// All texts first: a call points into its text, which must not move any more.
void RequestRun::prepare(const Service::PreparedCalls& step) {
  const std::size_t count = step.services.size();
  if (call_texts_.size() < count) call_texts_.resize(count);
  calls_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    call_texts_[i].clear();
    append_call(call_texts_[i], step.services[i], id_, calls_made_++);
    calls_.push_back({.request = call_texts_[i], .error = no_outcome_yet(), .reply_bytes = 0});
  }
}

void RequestRun::prepare(const Service::PreparedFile& step) {
  file_bytes_.resize(step.file->bytes());
  file_ = {.path = &step.file->path(), .buffer = file_bytes_};
}

void RequestRun::perform(const Service::PreparedSerialize& step) {
  append_items(items_, items_made_, step.items);
  items_made_ += step.items;
  has_items_ = true;
}

RequestRun::Outcome RequestRun::settle_calls(std::error_code error) noexcept {
  Outcome outcome;
  for (BackendCall& call : calls_) {
    if (call.error == no_outcome_yet()) call.error = error;
    if (!call.error) {
      bytes_ += call.reply_bytes;
      continue;
    }
    ++outcome.failed_calls;
    outcome.status = worse(outcome.status, status_of(call.error));
  }
  return outcome;
}

RequestRun::Outcome RequestRun::settle_file(const IoResult& result) noexcept {
  if (result.error || result.bytes != file_bytes_.size()) return {.failed_calls = 0, .status = 500};
  bytes_ += result.bytes;
  return {};
}

ReplyBody RequestRun::body() const noexcept {
  return {.json_start = route_->json_start,
          .calls = calls_made_,
          .bytes = bytes_,
          .has_items = has_items_,
          .items = items_};
}

}  // namespace interleave
