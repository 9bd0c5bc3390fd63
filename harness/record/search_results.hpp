// What the trials of a capacity search say (harness/plan/search.hpp). Pure.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "harness/plan/search.hpp"
#include "harness/record/run_record.hpp"
#include "harness/record/summary_record.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

// met and missed speak of the server. What shapes latency besides it (a late generator or backend, steal) only adds
// to it, so an objective that is met in spite of that is met; one that is missed then is unclear. Requests without a
// proper reply rank above all others, and overload is a miss whatever the percentile says. Unclear too: an invalid
// trial, one whose latency is void, and fewer than 20 samples beyond the percentile.
struct JudgedStep {
  StepOutcome outcome = StepOutcome::unclear;
  std::optional<double> value_ms;  // the percentile; nullopt: unknown, or it falls among requests without a reply
};
[[nodiscard]] JudgedStep judge_step(const TrialRecord& trial, const Objective& objective);

// One for each model and workload searched, by workload and model; empty where the plan does not search.
[[nodiscard]] std::vector<SearchSummary> summarize_searches(const RunRecord& run,
                                                            std::span<const TrialRecord> trials);

}  // namespace interleave
