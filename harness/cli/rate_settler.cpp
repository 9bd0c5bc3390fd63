#include "harness/cli/rate_settler.hpp"

#include <algorithm>

#include "harness/record/measured_demands.hpp"
#include "harness/record/search_results.hpp"

namespace interleave {
namespace {

constexpr double kFirstShare = 0.8;  // of the predicted capacity, where a search begins

}  // namespace

void RateSettler::learn(const std::vector<TrialRecord>& trials) {
  for (const TrialRecord& trial : trials) {
    if (trial.spec.purpose == Purpose::search) {
      searches_.push_back(trial);
    } else if (trial.spec.purpose != Purpose::measure) {
      calibrations_.push_back(trial);
    }
  }
}

std::vector<SearchStep> RateSettler::steps_before(const TrialSpec& spec) const {
  std::vector<SearchStep> steps;
  for (const TrialRecord& trial : searches_) {
    const TrialSpec& done = trial.spec;
    if (done.model != spec.model || done.workload != spec.workload || done.repetition != spec.repetition) continue;
    if (done.load.connections != spec.load.connections || !done.load.rate->rps) continue;
    steps.push_back({.rps = *done.load.rate->rps, .outcome = judge_step(trial, run_.plan.search->objective).outcome});
  }
  return steps;
}

TrialSpec RateSettler::settle(TrialSpec spec) const {
  if (!spec.load.rate || spec.load.rate->rps) return spec;
  const auto model = std::find_if(run_.models.begin(), run_.models.end(),
                                  [&](const ModelDescription& known) { return known.name == spec.model; });
  if (model == run_.models.end() || !model->predictable) return spec;
  const auto capacity = calibrated_capacity(calibrations_, *model, spec.workload, spec.load.connections,
                                            run_.plan.calibration.repetitions, run_.layout.server_cores);
  if (!capacity) return spec;
  OfferedRate& rate = *spec.load.rate;
  if (rate.percent) {
    rate.rps = *capacity * *rate.percent / 100;
  } else {
    rate.rps = next_rate(kFirstShare * *capacity, steps_before(spec));
  }
  return spec;
}

}  // namespace interleave
