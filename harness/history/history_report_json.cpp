// `interleave history show --json`.
#include <nlohmann/json.hpp>

#include "harness/history/history_file.hpp"
#include "harness/history/history_text.hpp"
#include "harness/record/json_fields.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json point_json(const HistoryPoint& point) {
  Json json{{"commit", point.commit}, {"started_utc", point.started_utc}, {"validity", to_string(point.validity)}};
  const Estimate value = point.value.value_or(Estimate{});
  json["estimate"] = point.value ? Json(value.estimate) : Json();
  json["low"] = or_null(value.low);
  json["high"] = or_null(value.high);
  return json;
}

Json level_json(const LevelChange& change) {
  return {
      {"commit", change.commit}, {"before", change.before}, {"after", change.after}, {"percent", change.percent()}};
}

Json series_json(const HistorySeries& series) {
  const std::optional<HistoryChange> change = last_change(series);
  return {{"model", series.model},
          {"workload", series.workload},
          {"driver", series.load.driver},
          {"load", load_json(series.load)},
          {"load_name", load_name(series.load)},
          {"figure", series.figure.name},
          {"unit", series.figure.unit},
          {"smaller_is_better", series.figure.smaller_is_better},
          {"points", array_of(series.points, point_json)},
          {"change_percent", change ? Json(change->percent) : Json()},
          {"intervals_apart", change ? or_null(change->apart) : Json()},
          {"level_changes", array_of(level_changes(series), level_json)}};
}

Json history_of_machine(const MachineHistory& history) {
  return {{"fingerprint", fingerprint(history.machine)},
          {"cpu_model", history.machine.cpu_model},
          {"hostnames", history.hostnames},
          {"plan", history.conditions.plan},
          {"warmup_ns", history.conditions.warmup_ns},
          {"duration_ns", history.conditions.duration_ns},
          {"commits", history.commits},
          {"series", array_of(history.series, series_json)}};
}

}  // namespace

std::string history_json(const std::vector<MachineHistory>& histories) {
  return dumped({{"schema_version", kHistorySchemaVersion},
                 {"gating", false},
                 {"machines", array_of(histories, history_of_machine)}},
                2);
}

}  // namespace interleave
