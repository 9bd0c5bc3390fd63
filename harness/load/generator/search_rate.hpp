// Runs until the highest rate that keeps a promise is found.
#pragma once
#include "harness/load/generator/load_run.hpp"

namespace interleave {

// The result of the best run, with all steps in `search`; `plan` has its rate afterwards. A rate counts as kept if
// the percentile is a number within the limit and all requests were taken up: what the generator cannot send it does
// not claim. Throws std::runtime_error if no rate kept the promise. REQUIRES: plan.search; Poisson or constant
// arrivals. Interrupted before any rate did: the run that was cut short.
[[nodiscard]] LoadResult search_rate(LoadPlan& plan, const Interrupt& interrupt, LoadProgress& progress);

}  // namespace interleave
