// The .hlog file of a run: an interval for each second of the window and its drain. Pure.
#pragma once
#include <string>

#include "harness/load/generator/load_plan.hpp"
#include "harness/load/generator/load_result.hpp"

namespace interleave {

// Response times of the ok replies that came in each second. REQUIRES: result.timeline.
[[nodiscard]] std::string hdr_log(const LoadPlan& plan, const LoadResult& result);

}  // namespace interleave
