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
#include "harness/record/record_io.hpp"
#include "harness/record/trial_figures.hpp"

namespace interleave {
namespace {

constexpr double kMicrosPerMilli = 1e3;
constexpr std::array kDisplayQuantiles{0.01, 0.05, 0.1,   0.25,  0.5,    0.75,  0.9,
                                       0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999};

// Trials of one cell or of one calibration, with what each contributes.
struct Launch {
  const TrialRecord* trial = nullptr;
  TrialFigures figures;
};

// The launches figures rest on: those that are ok. Where they are fewer than half of what was planned, the suspect
// ones too, and the cell is suspect: a verdict is given on grounds other than the result, so leaving suspect launches
// out does not select results.
struct Selection {
  std::vector<Launch> launches;
  std::uint32_t ok = 0;
  Validity validity = Validity::invalid;
};

Selection select(std::span<const TrialRecord* const> trials, std::uint32_t planned) {
  std::vector<Launch> ok, suspect;
  for (const TrialRecord* trial : trials) {
    std::optional<TrialFigures> figures = figures_of(*trial);
    if (!figures) continue;
    (trial->validity == Validity::ok ? ok : suspect).push_back({.trial = trial, .figures = *figures});
  }
  Selection selection;
  selection.ok = static_cast<std::uint32_t>(ok.size());
  const bool enough = !ok.empty() && 2 * ok.size() >= planned;
  if (!enough) ok.insert(ok.end(), suspect.begin(), suspect.end());
  if (!ok.empty()) selection.validity = enough ? Validity::ok : Validity::suspect;
  selection.launches = std::move(ok);
  return selection;
}

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

std::optional<Estimate> percentile(const std::vector<const Histogram*>& histograms, double q) {
  std::vector<double> values;
  for (const Histogram* histogram : histograms) {
    if (!quantile_is_supported(total_count(*histogram), q)) return std::nullopt;
    values.push_back(static_cast<double>(quantile(*histogram, q)) / kMicrosPerMilli);
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
  std::vector<const Histogram*> histograms;
  for (const Launch& launch : launches) {
    if (launch.figures.latency_us != nullptr) histograms.push_back(launch.figures.latency_us);
  }
  LatencySummary& latency = cell.latency;
  if (launches.empty()) {
    latency.note = "no valid launch";
    return;
  }
  if (histograms.size() < launches.size()) latency.note = note_void(launches, histograms.size());
  if (2 * histograms.size() <= launches.size()) return;
  std::vector<double> means;
  std::uint64_t largest = 0;
  for (const Histogram* histogram : histograms) {
    means.push_back(*mean_value(*histogram) / kMicrosPerMilli);
    largest = std::max(largest, histogram->back().first);
  }
  latency.mean = estimate_over_repetitions(means);
  latency.max = static_cast<double>(largest) / kMicrosPerMilli;
  latency.p50 = percentile(histograms, 0.5);
  latency.p90 = percentile(histograms, 0.9);
  latency.p99 = percentile(histograms, 0.99);
  latency.p999 = percentile(histograms, 0.999);
  if (!latency.p999) {
    if (!latency.note.empty()) latency.note += "; ";
    latency.note += "percentiles with fewer than 20 samples beyond them in a launch are null";
  }
  const Histogram merged = merge(histograms);
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
  for (const char* kind : {"connect", "read", "status", "timeout", "write"}) cell.errors[kind] = 0;
  for (const TrialRecord* trial : trials) {
    for (const Finding& finding : trial->findings) ++cell.reasons[std::string(to_string(finding.reason))];
    if (!trial->wrk) continue;
    cell.errors["connect"] += trial->wrk->errors.connect;
    cell.errors["read"] += trial->wrk->errors.read;
    cell.errors["write"] += trial->wrk->errors.write;
    cell.errors["status"] += trial->wrk->errors.status;
    cell.errors["timeout"] += trial->wrk->errors.timeout;
  }
}

void add_warnings(std::span<const TrialRecord* const> trials, const Selection& selection, SummaryCell& cell) {
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
using CellKey = std::tuple<std::string, std::uint32_t, std::string>;  // workload, connections, model
using ServedBy = std::pair<std::string, std::string>;                 // workload, model

struct Sorted {
  std::map<CellKey, std::vector<const TrialRecord*>> cells;
  std::map<ServedBy, std::vector<const TrialRecord*>> d1, cpu;
};

Sorted sort(std::span<const TrialRecord> trials) {
  Sorted sorted;
  for (const TrialRecord& trial : trials) {
    const TrialSpec& spec = trial.spec;
    switch (spec.purpose) {
      case Purpose::measure:
        sorted.cells[{spec.workload, spec.connections, spec.model}].push_back(&trial);
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

// Median of one figure over calibration launches, and the ids it came from; nullopt: there is none.
template <class Read>
std::optional<double> calibrated(const std::vector<const TrialRecord*>& trials, std::uint32_t planned, Read read,
                                 std::vector<std::string>& inputs) {
  std::vector<double> values;
  for (const Launch& launch : select(trials, planned).launches) {
    const std::optional<double> value = read(launch.figures);
    if (!value) continue;
    values.push_back(*value);
    inputs.push_back(trial_id(launch.trial->spec));
  }
  if (values.empty()) return std::nullopt;
  return median(values);
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
    cell.driver = spec.driver;
    cell.load = spec.load;
    cell.connections = spec.connections;
    cell.repetitions = run_.plan.repetitions;
    for (const TrialRecord* trial : trials) cell.trials.push_back(trial_id(trial->spec));
    const Selection selection = select(trials, run_.plan.repetitions);
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

  static void add_figures(const std::vector<Launch>& launches, SummaryCell& cell) {
    using Figures = const TrialFigures&;
    cell.throughput_rps = estimate(launches, [](Figures f) { return std::optional(f.throughput_rps); });
    cell.goodput_rps = estimate(launches, [](Figures f) { return std::optional(f.goodput_rps); });
    cell.cpu_us_per_request = estimate(launches, [](Figures f) { return f.cpu_us_per_request; });
    cell.ctx_switches_per_request = estimate(launches, [](Figures f) { return f.ctx_switches_per_request; });
    cell.rss_mib = estimate(launches, [](Figures f) { return f.rss_mib; });
    for (const Launch& launch : launches) {
      if (launch.figures.threads) cell.threads = std::max(cell.threads.value_or(0), *launch.figures.threads);
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
    PredictedCell predicted;
    const std::optional<Demands> demands = demands_of(cell, predicted.inputs_from);
    if (!demands) {
      cell.prediction_note = "no valid calibration trials";
      return;
    }
    const Prediction prediction =
        predict_closed(cell.connections, *demands, capacity_of(*model, run_.layout.server_cores));
    predicted.throughput_rps = prediction.throughput_rps;
    predicted.latency_ms = prediction.latency_s * 1e3;
    predicted.bound_by = to_string(prediction.bound);
    predicted.mva_rps = prediction.mva_rps;
    predicted.d1_ms = demands->d1_s * 1e3;
    predicted.d_cpu_us = demands->d_cpu_s * 1e6;
    if (cell.throughput_rps) {
      cell.residual_percent =
          100 * (cell.throughput_rps->estimate - predicted.throughput_rps) / predicted.throughput_rps;
    }
    cell.predicted = std::move(predicted);
  }

  // Calibrations, and the launches of the measured cell at one connection - unless that is the cell to be predicted.
  [[nodiscard]] std::vector<const TrialRecord*> at_one_connection(const SummaryCell& cell) const {
    std::vector<const TrialRecord*> trials;
    if (const auto found = trials_.d1.find({cell.workload, cell.model}); found != trials_.d1.end()) {
      trials = found->second;
    }
    const auto measured = trials_.cells.find({cell.workload, 1, cell.model});
    if (measured != trials_.cells.end() && cell.connections != 1) {
      trials.insert(trials.end(), measured->second.begin(), measured->second.end());
    }
    return trials;
  }

  [[nodiscard]] std::optional<Demands> demands_of(const SummaryCell& cell, std::vector<std::string>& inputs) const {
    const std::vector<const TrialRecord*> d1_trials = at_one_connection(cell);
    const auto cpu_trials = trials_.cpu.find({cell.workload, cell.model});
    if (d1_trials.empty() || cpu_trials == trials_.cpu.end()) return std::nullopt;
    const std::uint32_t planned = run_.plan.calibration.repetitions;
    const auto mean_response = [](const TrialFigures& figures) { return figures.mean_response_us; };
    const auto cpu_time = [](const TrialFigures& figures) { return figures.cpu_us_per_request; };
    const std::optional<double> d1_us =
        calibrated(d1_trials, static_cast<std::uint32_t>(d1_trials.size()), mean_response, inputs);
    const std::optional<double> cpu_us = calibrated(cpu_trials->second, planned, cpu_time, inputs);
    if (!d1_us || !cpu_us || *d1_us <= 0 || *cpu_us <= 0) return std::nullopt;
    return Demands{.d1_s = *d1_us * 1e-6, .d_cpu_s = *cpu_us * 1e-6};
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
  return summary;
}

SummaryRecord summarize_folder(const std::filesystem::path& run_folder) {
  const RunRecord run = read_run(run_folder);
  const std::vector<TrialRecord> trials = read_trials(run_folder);
  SummaryRecord summary = summarize(run, trials);
  write_summary(run_folder, summary);
  return summary;
}

}  // namespace interleave
