// summary.json: see docs/schemas/summary.schema.json. Figures are rounded() throughout.
#include "harness/record/json_fields.hpp"
#include "harness/record/record_io.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<Estimate>& value) {
  if (!value) return {};
  return {{"estimate", rounded(value->estimate)}, {"low", rounded(value->low)}, {"high", rounded(value->high)}};
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json json_of(const LatencySummary& latency) {
  return {{"p50", json_of(latency.p50)},       {"p90", json_of(latency.p90)},   {"p99", json_of(latency.p99)},
          {"p999", json_of(latency.p999)},     {"mean", json_of(latency.mean)}, {"max", rounded(latency.max)},
          {"note", text_or_null(latency.note)}};
}

Json json_of(const std::optional<PredictedCell>& predicted) {
  if (!predicted) return {};
  return {{"throughput_rps", rounded(predicted->throughput_rps)},
          {"capacity_rps", rounded(predicted->capacity_rps)},
          {"latency_ms", rounded(predicted->latency_ms)},
          {"bound_by", predicted->bound_by},
          {"mva_rps", rounded(predicted->mva_rps)},
          {"d1_ms", rounded(predicted->d1_ms)},
          {"d_cpu_us", rounded(predicted->d_cpu_us)},
          {"inputs_from", predicted->inputs_from}};
}

Json json_of(const SummaryCell& cell) {
  return {{"model", cell.model},
          {"family", cell.family},
          {"workload", cell.workload},
          {"driver", cell.load.driver},
          {"load", load_json(cell.load)},
          {"repetitions", cell.repetitions},
          {"repetitions_ok", cell.repetitions_ok},
          {"indicative", cell.indicative},
          {"throughput_rps", json_of(cell.throughput_rps)},
          {"latency_ms", json_of(cell.latency)},
          {"latency_quantiles", array_of(cell.merged_quantiles,
                                         [](const QuantilePoint& point) {
                                           return Json{{"quantile", rounded(point.quantile)},
                                                       {"latency_ms", rounded(point.latency_ms)},
                                                       {"low_ms", rounded(point.low_ms)},
                                                       {"high_ms", rounded(point.high_ms)}};
                                         })},
          {"errors", cell.errors},
          {"cpu_us_per_request", json_of(cell.cpu_us_per_request)},
          {"ctx_switches_per_request", json_of(cell.ctx_switches_per_request)},
          {"rss_mib", json_of(cell.rss_mib)},
          {"threads", rounded(cell.threads)},
          {"fairness", {{"jain", rounded(cell.jain)}, {"starved", or_null(cell.starved)}}},
          {"goodput_rps", json_of(cell.goodput_rps)},
          {"predicted", json_of(cell.predicted)},
          {"prediction_note", text_or_null(cell.prediction_note)},
          {"residual_percent", rounded(cell.residual_percent)},
          {"validity", to_string(cell.validity)},
          {"reasons", cell.reasons},
          {"warnings", cell.warnings},
          {"trials", cell.trials}};
}

Json json_of(const SearchRepetition& repetition) {
  return {{"repetition", repetition.repetition},
          {"met_rps", rounded(repetition.met_rps)},
          {"missed_rps", rounded(repetition.missed_rps)},
          {"steps", array_of(repetition.steps, [](const SearchTrial& step) {
             return Json{{"trial", step.trial},
                         {"rate_rps", rounded(step.rate_rps)},
                         {"value_ms", rounded(step.value_ms)},
                         {"outcome", step.outcome}};
           })}};
}

Json json_of(const SearchSummary& search) {
  return {{"model", search.model},
          {"workload", search.workload},
          {"driver", search.driver},
          {"connections", search.connections},
          {"objective", search.objective},
          {"rate_rps", json_of(search.rate_rps)},
          {"note", text_or_null(search.note)},
          {"repetitions", array_of(search.repetitions, [](const SearchRepetition& one) { return json_of(one); })}};
}

}  // namespace

std::string to_json(const SummaryRecord& summary) {
  const Json json{{"schema_version", kSchemaVersion},
                  {"run",
                   {{"id", summary.run_id},
                    {"commit", summary.commit},
                    {"build_type", summary.build_type},
                    {"started_utc", summary.started_utc},
                    {"plan", summary.plan},
                    {"complete", summary.complete},
                    {"seed", summary.seed},
                    {"server_cores", summary.server_cores},
                    {"trials",
                     {{"ok", summary.trials_ok},
                      {"suspect", summary.trials_suspect},
                      {"invalid", summary.trials_invalid},
                      {"missing", summary.trials_missing}}}}},
                  {"cells", array_of(summary.cells, [](const SummaryCell& cell) { return json_of(cell); })},
                  {"searches", array_of(summary.searches, [](const SearchSummary& one) { return json_of(one); })}};
  return dumped(json, 2);
}

}  // namespace interleave
