#include "core/service/request_run.hpp"

#include <variant>

#include "core/backend/resp.hpp"
#include "core/service/cpu_work.hpp"

namespace interleave {

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
    if (const auto* call = std::get_if<Service::PreparedCall>(&step)) {
      call_text_.clear();
      append_call(call_text_, call->service, id_, calls_made_++);
      call_ = {.request = call_text_, .error = {}, .reply_bytes = 0};
      return Progress::needs_calls;
    }
    if (const auto* cpu = std::get_if<Service::PreparedCpu>(&step)) {
      do_cpu_work(cpu->iterations);
    } else if (const auto* serialize = std::get_if<Service::PreparedSerialize>(&step)) {
      append_items(items_, items_made_, serialize->items);
      items_made_ += serialize->items;
      has_items_ = true;
    }
  }
  return Progress::done;
}

RequestRun::Outcome RequestRun::settle(std::error_code error) noexcept {
  if (!call_.error) call_.error = error;
  if (!call_.error) {
    bytes_ += call_.reply_bytes;
    return {};
  }
  return {.failed_calls = 1, .status = call_.error == std::errc::timed_out ? 504 : 502};
}

ReplyBody RequestRun::body() const noexcept {
  return {.json_start = route_->json_start,
          .calls = calls_made_,
          .bytes = bytes_,
          .has_items = has_items_,
          .items = items_};
}

}  // namespace interleave
