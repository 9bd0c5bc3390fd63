#include "harness/record/summarize.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/predict/predict.hpp"
#include "harness/record/launches.hpp"
#include "harness/record/measured_demands.hpp"
#include "harness/record/record_io.hpp"
#include "harness/record/run_exports.hpp"
#include "harness/record/search_results.hpp"

namespace interleave {
namespace {

constexpr std::array kDisplayQuantiles{0.01, 0.05, 0.1,   0.25,  0.5,    0.75,  0.9,
                                       0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999};

// One estimate of what `read` takes from each launch; nullopt unless every launch has it.
template <class Read>
std::optional<Estimate> estimate(const std::vector<Launch>& launches, Read read) {
  std::vector<double> values;
  for (const Launch& launch : launches) {
    const std::optional<double> value = read(launch.figures);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  return estimate_over_repetitions(values);
}

// Requests without a proper reply rank above all that have one.
std::optional<Estimate> percentile(const std::vector<const Launch*>& launches, double q) {
  std::vector<double> values;
  for (const Launch* launch : launches) {
    const ValueCounts& histogram = *launch->figures.latency_us;
    const std::uint64_t all = total_count(histogram) + launch->figures.latency_lost;
    const auto value = quantile_with_lost(histogram, launch->figures.latency_lost, q);
    if (!quantile_is_supported(all, q) || !value) return std::nullopt;
    values.push_back(static_cast<double>(*value) / kMicrosPerMilli);
  }
  return estimate_over_repetitions(values);
}

std::string note_void(const std::vector<Launch>& launches, std::size_t with_latency) {
  std::set<std::string> reasons;
  for (const Launch& launch : launches) {
    if (launch.figures.void_reason) reasons.emplace(to_string(*launch.figures.void_reason));
  }
  std::string note = "latency is void in " + std::to_string(launches.size() - with_latency) + " of " +
                     std::to_string(launches.size()) + " launches";
  std::string separator = ": ";
  for (const std::string& reason : reasons) {
    note += separator + reason;
    separator = ", ";
  }
  return note;
}

// Latencies are given where more than half of the launches have them.
void summarize_latency(const std::vector<Launch>& launches, SummaryCell& cell) {
  std::vector<const Launch*> timed;
  for (const Launch& launch : launches) {
    if (launch.figures.latency_us != nullptr) timed.push_back(&launch);
  }
  LatencySummary& latency = cell.latency;
  if (launches.empty()) {
    latency.note = "no valid launch";
    return;
  }
  if (timed.size() < launches.size()) latency.note = note_void(launches, timed.size());
  if (2 * timed.size() <= launches.size()) return;
  std::vector<const ValueCounts*> histograms;
  std::vector<double> means;
  std::uint64_t largest = 0;
  std::uint64_t lost = 0;
  for (const Launch* launch : timed) {
    const ValueCounts* histogram = launch->figures.latency_us;
    histograms.push_back(histogram);
    means.push_back(*mean_value(*histogram) / kMicrosPerMilli);
    largest = std::max(largest, histogram->back().first);
    lost += launch->figures.latency_lost;
  }
  if (lost == 0) latency.mean = estimate_over_repetitions(means);
  if (lost == 0) latency.max = static_cast<double>(largest) / kMicrosPerMilli;
  latency.p50 = percentile(timed, 0.5);
  latency.p90 = percentile(timed, 0.9);
  latency.p99 = percentile(timed, 0.99);
  latency.p999 = percentile(timed, 0.999);
  if (lost > 0) {
    if (!latency.note.empty()) latency.note += "; ";
    latency.note += std::to_string(lost) + " requests without a proper reply rank above all others";
  }
  if (!latency.p999) {
    if (!latency.note.empty()) latency.note += "; ";
    latency.note += "percentiles with fewer than 20 samples beyond them in a launch are null";
  }
  if (lost > 0) return;  // the merged picture would lack its upper end
  const ValueCounts merged = merge(histograms);
  for (const double q : kDisplayQuantiles) {
    const std::optional<QuantileInterval> interval = quantile_interval(merged, q);
    if (!interval) continue;
    cell.merged_quantiles.push_back({.quantile = q,
                                     .latency_ms = static_cast<double>(interval->estimate) / kMicrosPerMilli,
                                     .low_ms = static_cast<double>(interval->low) / kMicrosPerMilli,
                                     .high_ms = static_cast<double>(interval->high) / kMicrosPerMilli});
  }
}

void count_errors(std::span<const TrialRecord* const> trials, SummaryCell& cell) {
  for (const char* kind : {"connect", "reset", "status", "timeout", "shed", "censored"}) cell.errors[kind] = 0;
  for (const TrialRecord* trial : trials) {
    for (const Finding& finding : trial->findings) ++cell.reasons[std::string(to_string(finding.reason))];
    if (!trial->result) continue;
    const DriverErrors& errors = trial->result->errors;
    cell.errors["connect"] += errors.connect;
    cell.errors["reset"] += errors.reset;
    cell.errors["status"] += errors.status;
    cell.errors["timeout"] += errors.timeout;
    cell.errors["shed"] += errors.shed;
    cell.errors["censored"] += errors.censored;
  }
}

void add_warnings(std::span<const TrialRecord* const> trials, const LaunchSelection& selection, SummaryCell& cell) {
  if (selection.ok < trials.size()) {
    cell.warnings.push_back(std::to_string(trials.size() - selection.ok) + " of " + std::to_string(trials.size()) +
                            " launches are not ok: see reasons");
  }
  std::vector<double> throughputs;
  for (const Launch& launch : selection.launches) throughputs.push_back(launch.figures.throughput_rps);
  for (const std::size_t place : outliers(throughputs)) {
    cell.warnings.push_back(trial_id(selection.launches[place].trial->spec) +
                            " lies far from the other launches in throughput; it is kept");
  }
  for (const TrialRecord* trial : trials) {
    for (const Warning& warning : trial->warnings) {
      std::string text = warning.hint.empty() ? warning.text : warning.text + " (" + warning.hint + ")";
      if (std::find(cell.warnings.begin(), cell.warnings.end(), text) == cell.warnings.end()) {
        cell.warnings.push_back(std::move(text));
      }
    }
  }
}

// Trials by what they are for, in the run's order.
// Workload, kind, connections, share of capacity or else rate, driver, model. A share is one cell, known rate or not.
using CellKey = std::tuple<std::string, LoadKind, std::uint32_t, double, double, std::string, std::string>;
using ServedBy = std::pair<std::string, std::string>;  // workload, model

struct Sorted {
  std::map<CellKey, std::vector<const TrialRecord*>> cells;
  std::map<ServedBy, std::vector<const TrialRecord*>> d1, cpu;
};

CellKey key_of(const TrialSpec& spec) {
  const OfferedRate rate = spec.load.rate.value_or(OfferedRate{});
  return {spec.workload,
          spec.load.kind(),
          spec.load.connections,
          rate.percent.value_or(0),
          rate.percent ? 0 : rate.rps.value_or(0),
          spec.load.driver,
          spec.model};
}

Sorted sort(std::span<const TrialRecord> trials) {
  Sorted sorted;
  for (const TrialRecord& trial : trials) {
    const TrialSpec& spec = trial.spec;
    switch (spec.purpose) {
      case Purpose::measure:
        sorted.cells[key_of(spec)].push_back(&trial);
        break;
      case Purpose::search:
        break;
      case Purpose::calibrate_d1:
        sorted.d1[{spec.workload, spec.model}].push_back(&trial);
        break;
      case Purpose::calibrate_cpu:
        sorted.cpu[{spec.workload, spec.model}].push_back(&trial);
        break;
    }
  }
  const auto by_place = [](const TrialRecord* a, const TrialRecord* b) { return a->spec.index < b->spec.index; };
  for (auto& [key, of_cell] : sorted.cells) std::sort(of_cell.begin(), of_cell.end(), by_place);
  for (auto* calibrations : {&sorted.d1, &sorted.cpu}) {
    for (auto& [key, of_model] : *calibrations) std::sort(of_model.begin(), of_model.end(), by_place);
  }
  return sorted;
}

class Summary {
 public:
  Summary(const RunRecord& run, std::span<const TrialRecord> trials) : run_(run), trials_(sort(trials)) {}

  [[nodiscard]] std::vector<SummaryCell> cells() const {
    std::vector<SummaryCell> cells;
    for (const auto& [key, trials] : trials_.cells) cells.push_back(cell(trials));
    return cells;
  }

 private:
  [[nodiscard]] SummaryCell cell(std::span<const TrialRecord* const> trials) const {
    const TrialSpec& spec = trials.front()->spec;
    SummaryCell cell;
    cell.model = spec.model;
    cell.workload = spec.workload;
    cell.load = load_of(trials);
    cell.repetitions = run_.plan.repetitions;
    for (const TrialRecord* trial : trials) cell.trials.push_back(trial_id(trial->spec));
    const LaunchSelection selection = select_launches(trials, run_.plan.repetitions);
    cell.repetitions_ok = selection.ok;
    cell.indicative = selection.ok < kEnoughRepetitions;
    cell.validity = selection.validity;
    add_figures(selection.launches, cell);
    summarize_latency(selection.launches, cell);
    count_errors(trials, cell);
    add_warnings(trials, selection, cell);
    predict(cell);
    return cell;
  }

  // Of a share of the capacity some trials may not have known the rate.
  static CellLoad load_of(std::span<const TrialRecord* const> trials) {
    const auto known = std::find_if(trials.begin(), trials.end(), [](const TrialRecord* trial) {
      return !trial->spec.load.rate || trial->spec.load.rate->rps.has_value();
    });
    return (known == trials.end() ? trials.front() : *known)->spec.load;
  }

  static void add_figures(const std::vector<Launch>& launches, SummaryCell& cell) {
    using Figures = const TrialFigures&;
    cell.throughput_rps = estimate(launches, [](Figures f) { return std::optional(f.throughput_rps); });
    cell.goodput_rps = estimate(launches, [](Figures f) { return std::optional(f.goodput_rps); });
    cell.cpu_us_per_request = estimate(launches, [](Figures f) { return f.cpu_us_per_request; });
    cell.ctx_switches_per_request = estimate(launches, [](Figures f) { return f.ctx_switches_per_request; });
    cell.rss_mib = estimate(launches, [](Figures f) { return f.rss_mib; });
    for (const Launch& launch : launches) {
      const TrialFigures& figures = launch.figures;
      if (figures.threads) cell.threads = std::max(cell.threads.value_or(0), *figures.threads);
      if (figures.jain) cell.jain = std::min(cell.jain.value_or(1), *figures.jain);
      if (figures.starved) cell.starved = std::max(cell.starved.value_or(0), *figures.starved);
    }
  }

  void predict(SummaryCell& cell) const {
    const auto model = std::find_if(run_.models.begin(), run_.models.end(),
                                    [&](const ModelDescription& known) { return known.name == cell.model; });
    if (model == run_.models.end()) {
      cell.prediction_note = "the run does not describe this model";
      return;
    }
    cell.family = model->family;
    if (!model->predictable) {
      cell.prediction_note = "the ruler is not predicted";
      return;
    }
    const std::optional<MeasuredDemands> measured = demands_of(cell);
    if (!measured) {
      cell.prediction_note = "no valid calibration trials";
      return;
    }
    if (cell.load.rate && !cell.load.rate->rps) {
      cell.prediction_note = "the rate to be offered was not known";
      return;
    }
    PredictedCell predicted = predicted_cell(cell.load, *measured, capacity_of(*model, run_.layout.server_cores));
    if (cell.throughput_rps) {
      cell.residual_percent =
          100 * (cell.throughput_rps->estimate - predicted.throughput_rps) / predicted.throughput_rps;
    }
    cell.predicted = std::move(predicted);
  }

  [[nodiscard]] static PredictedCell predicted_cell(const CellLoad& load, const MeasuredDemands& measured,
                                                    const Capacity& capacity) {
    PredictedCell predicted;
    const Demands& demands = measured.demands;
    if (load.rate) {
      const OpenPrediction open = predict_open(*load.rate->rps, load.connections, demands, capacity);
      predicted.throughput_rps = open.throughput_rps;
      predicted.capacity_rps = open.capacity_rps;
      if (open.latency_floor_s) predicted.latency_ms = *open.latency_floor_s * 1e3;
      predicted.bound_by = to_string(open.bound);
    } else {
      const Prediction closed = predict_closed(load.connections, demands, capacity);
      predicted.throughput_rps = predicted.capacity_rps = closed.throughput_rps;
      predicted.latency_ms = closed.latency_s * 1e3;
      predicted.bound_by = to_string(closed.bound);
      predicted.mva_rps = closed.mva_rps;
    }
    predicted.d1_ms = demands.d1_s * 1e3;
    predicted.d_cpu_us = demands.d_cpu_s * 1e6;
    predicted.inputs_from = measured.inputs_from;
    return predicted;
  }

  // Calibrations, and the launches of the measured cell at one connection - unless that is the cell to be predicted.
  [[nodiscard]] std::vector<const TrialRecord*> at_one_connection(const SummaryCell& cell) const {
    std::vector<const TrialRecord*> trials;
    if (const auto found = trials_.d1.find({cell.workload, cell.model}); found != trials_.d1.end()) {
      trials = found->second;
    }
    for (const auto& [key, measured] : trials_.cells) {
      const TrialSpec& spec = measured.front()->spec;
      if (spec.workload != cell.workload || spec.model != cell.model || spec.stall) continue;
      if (spec.load.kind() != LoadKind::closed || spec.load.connections != 1 || spec.load == cell.load) continue;
      trials.insert(trials.end(), measured.begin(), measured.end());
    }
    return trials;
  }

  [[nodiscard]] std::optional<MeasuredDemands> demands_of(const SummaryCell& cell) const {
    const auto cpu_trials = trials_.cpu.find({cell.workload, cell.model});
    if (cpu_trials == trials_.cpu.end()) return std::nullopt;
    return measure_demands(at_one_connection(cell), cpu_trials->second, run_.plan.calibration.repetitions);
  }

  const RunRecord& run_;
  Sorted trials_;
};

void count_trials(const RunRecord& run, std::span<const TrialRecord> trials, SummaryRecord& summary) {
  for (const TrialRecord& trial : trials) {
    switch (trial.validity) {
      case Validity::ok:
        ++summary.trials_ok;
        break;
      case Validity::suspect:
        ++summary.trials_suspect;
        break;
      case Validity::invalid:
        ++summary.trials_invalid;
        break;
    }
  }
  summary.trials_missing = static_cast<std::uint32_t>(run.order.size() - std::min(run.order.size(), trials.size()));
}

}  // namespace

SummaryRecord summarize(const RunRecord& run, std::span<const TrialRecord> trials) {
  SummaryRecord summary;
  summary.run_id = run.id;
  summary.commit = run.commit;
  summary.build_type = run.build_type;
  summary.started_utc = run.started_utc;
  summary.plan = run.plan.name;
  summary.complete = run.complete;
  summary.seed = run.plan.seed;
  summary.server_cores = run.layout.server_cores;
  count_trials(run, trials, summary);
  summary.cells = Summary(run, trials).cells();
  summary.searches = summarize_searches(run, trials);
  return summary;
}

SummaryRecord summarize_folder(const std::filesystem::path& run_folder) {
  const RunRecord run = read_run(run_folder);
  const std::vector<TrialRecord> trials = read_trials(run_folder);
  SummaryRecord summary = summarize(run, trials);
  write_summary(run_folder, summary);
  write_run_exports(run_folder, run, summary, trials);
  return summary;
}

}  // namespace interleave
