// One request before the run, so that a wrong address, a closed port or something that is not HTTP is said at once
// and in one line, and not by a table of errors after the run.
#pragma once
#include "harness/load/generator/load_plan.hpp"

namespace interleave {

// Waits at most 5 s for a reply; a server that has not answered by then may just be slow, and is left to the run.
// Throws std::runtime_error with what to do: refused, closed without a reply, not HTTP.
void probe(const LoadPlan& plan);

}  // namespace interleave
