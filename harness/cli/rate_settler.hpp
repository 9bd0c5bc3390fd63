// Rates that are known only while a run goes on, in requests per second: shares of a model's capacity once its
// calibration trials have been run, and steps of a capacity search once the steps before them have. Not thread-safe.
#pragma once
#include <vector>

#include "harness/record/run_record.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

class RateSettler {
 public:
  // Borrows the run.
  explicit RateSettler(const RunRecord& run) : run_(run) {}

  // Keeps those among these trials that later rates depend on.
  void learn(const std::vector<TrialRecord>& trials);
  // The spec with its rate per second; as it was where there is none to find: a closed loop, a rate that was given,
  // or calibration trials that are missing or invalid.
  [[nodiscard]] TrialSpec settle(TrialSpec spec) const;

 private:
  const RunRecord& run_;
  [[nodiscard]] std::vector<SearchStep> steps_before(const TrialSpec& spec) const;

  std::vector<TrialRecord> calibrations_;
  std::vector<TrialRecord> searches_;
};

}  // namespace interleave
