// One request before the run, so that a wrong address, a closed port or something that is not HTTP is said at once
// and in one line, and not by a table of errors after the run.
#pragma once
#include <optional>
#include <string>

#include "harness/load/generator/load_plan.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {

// What is wrong and what to do about it: refused, closed without a reply, not HTTP. nullopt: nothing is. Waits at
// most 5 s for a reply; a server that has not answered by then may just be slow, and is left to the run. So is an
// interrupt, which ends the wait at once.
[[nodiscard]] std::optional<std::string> probe(const LoadPlan& plan, const Interrupt& interrupt);

}  // namespace interleave
