// The weaves of a run: how each of its models serves requests that come at once.
#pragma once
#include <string>
#include <vector>

#include "harness/cli/places.hpp"
#include "harness/cli/run_folder.hpp"
#include "harness/process/cpus.hpp"
#include "harness/process/discovery.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/record/run_record.hpp"

namespace interleave {

struct WeaveModels {
  const Places& places;
  const Discovery& discovery;
  const std::vector<std::string>& models;
  const CpuTopology& topology;
};

// One per model that records traces and has none in the folder yet; to be called before the first trial, so that an
// interrupted run has them all the same. What goes wrong becomes a warning of the run: its trials do not depend on
// it. Throws Interrupted.
void record_weaves(const WeaveModels& what, const RunFolder& folder, RunRecord& run, const Interrupt& interrupt,
                   bool silent);

}  // namespace interleave
