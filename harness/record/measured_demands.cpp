#include "harness/record/measured_demands.hpp"

#include "harness/record/launches.hpp"
#include "harness/stats/interval.hpp"

namespace interleave {
namespace {

// Median of one figure over launches, and the ids it came from.
template <class Read>
std::optional<double> calibrated(std::span<const TrialRecord* const> trials, std::size_t planned, Read read,
                                 std::vector<std::string>& inputs) {
  std::vector<double> values;
  for (const Launch& launch : select_launches(trials, static_cast<std::uint32_t>(planned)).launches) {
    const std::optional<double> value = read(launch.figures);
    if (!value) continue;
    values.push_back(*value);
    inputs.push_back(trial_id(launch.trial->spec));
  }
  if (values.empty()) return std::nullopt;
  return median(values);
}

}  // namespace

std::optional<MeasuredDemands> measure_demands(std::span<const TrialRecord* const> at_one_connection,
                                               std::span<const TrialRecord* const> at_load,
                                               std::uint32_t planned_at_load) {
  MeasuredDemands measured;
  const std::optional<double> d1_us = calibrated(
      at_one_connection, at_one_connection.size(),
      [](const TrialFigures& figures) { return figures.mean_response_us; }, measured.inputs_from);
  const std::optional<double> cpu_us = calibrated(
      at_load, planned_at_load, [](const TrialFigures& figures) { return figures.cpu_us_per_request; },
      measured.inputs_from);
  if (!d1_us || !cpu_us || *d1_us <= 0 || *cpu_us <= 0) return std::nullopt;
  measured.demands = {.d1_s = *d1_us * 1e-6, .d_cpu_s = *cpu_us * 1e-6};
  return measured;
}

std::optional<double> calibrated_capacity(std::span<const TrialRecord> trials, const ModelDescription& model,
                                          const std::string& workload, std::uint32_t connections,
                                          std::uint32_t planned, std::uint32_t server_cores) {
  std::vector<const TrialRecord*> at_one, at_load;
  for (const TrialRecord& trial : trials) {
    if (trial.spec.model != model.name || trial.spec.workload != workload) continue;
    if (trial.spec.purpose == Purpose::calibrate_d1) at_one.push_back(&trial);
    if (trial.spec.purpose == Purpose::calibrate_cpu) at_load.push_back(&trial);
  }
  const std::optional<MeasuredDemands> measured = measure_demands(at_one, at_load, planned);
  if (!measured) return std::nullopt;
  return predict_closed(connections, measured->demands, capacity_of(model, server_cores)).throughput_rps;
}

}  // namespace interleave
