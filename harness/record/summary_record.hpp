// What a run says: the file summary.json (docs/schemas/summary.schema.json), derived from run.json and the trials and
// from nothing else (harness/record/summarize.hpp). Plain values.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/plan/plan.hpp"
#include "harness/record/validity.hpp"
#include "harness/stats/interval.hpp"

namespace interleave {

struct LatencySummary {
  std::optional<Estimate> p50, p90, p99, p999, mean;
  std::optional<double> max;
  std::string note;  // why values are null; empty if none is
};

// One point of the merged histogram, for display only.
struct QuantilePoint {
  double quantile = 0;
  double latency_ms = 0;
  double low_ms = 0;  // order-statistic interval
  double high_ms = 0;
};

struct PredictedCell {
  double throughput_rps = 0;
  double capacity_rps = 0;               // with every connection busy: what an open loop is held against
  std::optional<double> latency_ms;      // open: the floor, without queueing; nullopt above capacity, where it grows
  std::string bound_by;                  // "clients", "in_flight_limit", "cpu"; open also "offered"
  std::optional<double> mva_rps;         // closed. Mean value analysis: a model, pessimistic near the knee
  double d1_ms = 0;                      // mean response at one connection
  double d_cpu_us = 0;                   // server CPU per request
  std::vector<std::string> inputs_from;  // ids of the calibration trials
};

struct SummaryCell {
  std::string model;
  std::string family;
  std::string workload;
  CellLoad load;
  std::uint32_t repetitions = 0;     // trials planned
  std::uint32_t repetitions_ok = 0;  // trials the figures rest on
  bool indicative = true;            // fewer than 6 of them
  std::optional<Estimate> throughput_rps, goodput_rps, cpu_us_per_request, ctx_switches_per_request, rss_mib;
  std::optional<double> threads;         // largest number seen
  std::optional<double> jain;            // of the responses per connection: the lowest of the launches
  std::optional<std::uint64_t> starved;  // connections without a response: the most of the launches
  LatencySummary latency;
  std::vector<QuantilePoint> merged_quantiles;  // of all repetitions' raw histograms together
  std::map<std::string, std::uint64_t> errors;  // by kind, over all trials of the cell
  std::optional<PredictedCell> predicted;
  std::string prediction_note;             // why there is none; empty if there is one
  std::optional<double> residual_percent;  // (measured - predicted) / predicted of throughput
  Validity validity = Validity::invalid;
  std::map<std::string, std::uint32_t> reasons;  // over all trials of the cell
  std::vector<std::string> warnings;
  std::vector<std::string> trials;  // ids
};

// One trial of a search.
struct SearchTrial {
  std::string trial;               // id
  std::optional<double> rate_rps;  // nullopt: there was no prediction to begin from
  std::optional<double> value_ms;  // of the objective's percentile
  std::string outcome;             // "met", "missed", "unclear"
};

struct SearchRepetition {
  std::uint32_t repetition = 1;
  std::optional<double> met_rps;     // the highest rate that met the objective, below the lowest that missed it
  std::optional<double> missed_rps;  // the lowest that missed it; nullopt: the capacity may be higher
  std::vector<SearchTrial> steps;
};

// The capacity of one model on one workload under the plan's objective.
struct SearchSummary {
  std::string model;
  std::string workload;
  std::string driver;
  std::uint32_t connections = 0;
  std::string objective;             // "p99<50ms"
  std::optional<Estimate> rate_rps;  // met_rps over repetitions; nullopt unless every repetition has one
  std::string note;                  // why it is null; empty if it is not
  std::vector<SearchRepetition> repetitions;
};

struct SummaryRecord {
  std::string run_id;
  std::string commit;
  std::string build_type;
  std::string started_utc;
  std::string plan;
  bool complete = false;
  std::uint64_t seed = 0;
  std::uint32_t trials_ok = 0, trials_suspect = 0, trials_invalid = 0, trials_missing = 0;
  std::uint32_t server_cores = 1;
  std::vector<SummaryCell> cells;       // by workload, load, model
  std::vector<SearchSummary> searches;  // by workload, connections, model; empty where the plan does not search
};

}  // namespace interleave
