#include "harness/record/search_results.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/record/trial_figures.hpp"
#include "harness/stats/quantile.hpp"

namespace interleave {
namespace {

bool is_overloaded(const TrialRecord& trial) {
  return std::any_of(trial.findings.begin(), trial.findings.end(),
                     [](const Finding& finding) { return finding.reason == Reason::overload; });
}

SearchRepetition repetition_of(std::span<const TrialRecord* const> trials, const Objective& objective) {
  SearchRepetition repetition;
  repetition.repetition = trials.front()->spec.repetition;
  std::vector<SearchStep> steps;
  for (const TrialRecord* trial : trials) {
    const JudgedStep judged = judge_step(*trial, objective);
    const std::optional<double> rps = trial->spec.load.rate->rps;
    if (rps) steps.push_back({.rps = *rps, .outcome = judged.outcome});
    repetition.steps.push_back({.trial = trial_id(trial->spec),
                                .rate_rps = rps,
                                .value_ms = judged.value_ms,
                                .outcome = std::string(to_string(judged.outcome))});
  }
  const RateBracket bracket = bracket_of(steps);
  repetition.met_rps = bracket.met;
  repetition.missed_rps = bracket.missed;
  return repetition;
}

}  // namespace

JudgedStep judge_step(const TrialRecord& trial, const Objective& objective) {
  JudgedStep judged;
  const std::optional<TrialFigures> figures = figures_of(trial);
  if (!figures) return judged;
  const bool overloaded = is_overloaded(trial);
  if (overloaded) judged.outcome = StepOutcome::missed;
  if (figures->latency_us == nullptr) return judged;
  if (!quantile_is_supported(total_count(*figures->latency_us) + figures->latency_lost, objective.quantile)) {
    return judged;
  }
  const auto value_us = quantile_with_lost(*figures->latency_us, figures->latency_lost, objective.quantile);
  if (value_us) judged.value_ms = static_cast<double>(*value_us) / kMicrosPerMilli;
  if (overloaded) return judged;
  const double limit_ms = std::chrono::duration<double, std::milli>(objective.limit).count();
  if (judged.value_ms && *judged.value_ms < limit_ms) {
    judged.outcome = StepOutcome::met;
  } else if (trial.validity == Validity::ok) {
    judged.outcome = StepOutcome::missed;
  }
  return judged;
}

std::vector<SearchSummary> summarize_searches(const RunRecord& run, std::span<const TrialRecord> trials) {
  std::vector<SearchSummary> searches;
  if (!run.plan.search) return searches;
  using Key = std::tuple<std::string, std::uint32_t, std::string>;  // workload, connections, model
  std::map<Key, std::map<std::uint32_t, std::vector<const TrialRecord*>>> sorted;
  for (const TrialRecord& trial : trials) {
    const TrialSpec& spec = trial.spec;
    if (spec.purpose != Purpose::search) continue;
    sorted[{spec.workload, spec.load.connections, spec.model}][spec.repetition].push_back(&trial);
  }
  for (auto& [key, repetitions] : sorted) {
    SearchSummary search;
    std::tie(search.workload, search.connections, search.model) = key;
    search.objective = to_string(run.plan.search->objective);
    std::vector<double> met;
    for (auto& [number, of_repetition] : repetitions) {
      std::sort(of_repetition.begin(), of_repetition.end(),
                [](const TrialRecord* a, const TrialRecord* b) { return a->spec.index < b->spec.index; });
      search.driver = of_repetition.front()->spec.load.driver;
      search.repetitions.push_back(repetition_of(of_repetition, run.plan.search->objective));
      if (search.repetitions.back().met_rps) met.push_back(*search.repetitions.back().met_rps);
    }
    if (met.size() == search.repetitions.size()) {
      search.rate_rps = estimate_over_repetitions(met);
    } else {
      search.note = "the objective was met in " + std::to_string(met.size()) + " of " +
                    std::to_string(search.repetitions.size()) + " repetitions";
    }
    searches.push_back(std::move(search));
  }
  return searches;
}

}  // namespace interleave
