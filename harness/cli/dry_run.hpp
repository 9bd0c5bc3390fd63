// What a run would do, without doing it: for people, and for programs (docs/schemas/dry_run.schema.json). Pure.
#pragma once
#include <span>
#include <string>

#include "harness/plan/plan.hpp"

namespace interleave {

// The trials in their order, one a line, then their number and how long they would take.
[[nodiscard]] std::string dry_run_text(std::span<const TrialSpec> trials);

// `notes`: what is left out of the plan and why.
[[nodiscard]] std::string dry_run_json(const Plan& plan, std::span<const TrialSpec> trials,
                                       std::span<const std::string> notes);

}  // namespace interleave
