// A whole run: threads, connections, the window, the books.
#pragma once
#include <string>

#include "harness/load/generator/load_plan.hpp"
#include "harness/load/generator/load_progress.hpp"
#include "harness/load/generator/load_result.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {

// Blocks until the run is over or a signal came; the result is consistent either way. Throws std::system_error (no
// epoll, no threads) and std::logic_error if the books do not balance, which is a bug of ours and no measurement.
[[nodiscard]] LoadResult run_load(const LoadPlan& plan, const Interrupt& interrupt, LoadProgress& progress);

// The result where there was no run, because of this: nothing scheduled, and not to be trusted.
[[nodiscard]] LoadResult not_begun(const LoadPlan& plan, const std::string& why);

}  // namespace interleave
