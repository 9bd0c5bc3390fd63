#include "harness/cli/dry_run.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/progress.hpp"

namespace interleave {

using Json = nlohmann::ordered_json;

namespace {

constexpr int kDryRunSchemaVersion = 1;  // docs/schemas/dry_run.schema.json

}  // namespace

std::string dry_run_text(std::span<const TrialSpec> trials) {
  std::string text;
  for (const TrialSpec& trial : trials) text += trial_id(trial) + '\n';
  return text + fmt::format("{} trials, about {}\n", trials.size(), format_clock(estimate_time(trials)));
}

std::string dry_run_json(const Plan& plan, std::span<const TrialSpec> trials, std::span<const std::string> notes) {
  Json rows = Json::array();
  for (const TrialSpec& trial : trials) {
    rows.push_back({{"id", trial_id(trial)},
                    {"model", trial.model},
                    {"workload", trial.workload},
                    {"driver", trial.load.driver},
                    {"connections", trial.load.connections},
                    {"rate", trial.load.rate ? Json(to_string(*trial.load.rate)) : Json()},
                    {"repetition", trial.repetition},
                    {"purpose", to_string(trial.purpose)},
                    {"warmup_ns", trial.warmup.count()},
                    {"duration_ns", trial.duration.count()}});
  }
  const Json report{{"schema_version", kDryRunSchemaVersion},
                    {"plan", plan.name},
                    {"estimate_ns", estimate_time(trials).count()},
                    {"notes", notes},
                    {"trials", rows}};
  return report.dump(2) + '\n';
}

}  // namespace interleave
