// The steps of a route, from its `steps` array in a workload file. Part of load_workload().
#pragma once
#include <vector>

#include "core/base/config.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

// Throws the UsageError "FILE:LINE:COLUMN: what is wrong" for an unknown step, service or value.
[[nodiscard]] std::vector<Step> read_steps(const ConfigNode& steps, const std::vector<ServiceSpec>& services);

}  // namespace interleave
