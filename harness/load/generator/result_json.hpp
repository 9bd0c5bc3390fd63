// The result file of `interleave-load --json` (docs/schemas/load.schema.json). Pure.
#pragma once
#include <string>

#include "harness/load/generator/load_plan.hpp"
#include "harness/load/generator/load_result.hpp"

namespace interleave {

[[nodiscard]] std::string result_json(const LoadPlan& plan, const LoadResult& result);

}  // namespace interleave
