// The result for people. Pure.
#pragma once
#include <string>

#include "harness/load/generator/load_plan.hpp"
#include "harness/load/generator/load_result.hpp"

namespace interleave {

// Several lines. `colour`: with terminal escapes for the verdict.
[[nodiscard]] std::string summary_text(const LoadPlan& plan, const LoadResult& result, bool colour);

}  // namespace interleave
