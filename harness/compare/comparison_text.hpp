// A comparison of two runs, for people and for programs (docs/schemas/compare.schema.json). Pure.
#pragma once
#include <string>

#include "harness/compare/run_comparison.hpp"

namespace interleave {

[[nodiscard]] std::string comparison_text(const RunComparison& comparison);
[[nodiscard]] std::string comparison_json(const RunComparison& comparison, const RunRecord& base,
                                          const RunRecord& head);

}  // namespace interleave
