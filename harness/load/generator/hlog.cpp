#include "harness/load/generator/hlog.hpp"

#include <chrono>

#include "core/base/hdr_log.hpp"

namespace interleave {

std::string hdr_log(const LoadPlan& plan, const LoadResult& result) {
  std::string text = hdr_log_head("interleave-load http://" + plan.url.authority + plan.url.target, result.began);
  std::chrono::seconds start{0};
  for (const Timeline::Second& second : result.timeline->seconds()) {
    if (second.response.total_count() > 0) {
      text += hdr_log_line({start, std::chrono::seconds(1), "response"}, second.response);
    }
    ++start;
  }
  return text;
}

}  // namespace interleave
