// From calibration trials to the demands that predictions start from (harness/predict/predict.hpp). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/predict/predict.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

struct MeasuredDemands {
  Demands demands;
  std::vector<std::string> inputs_from;  // ids of the trials
};

// D1 is the median response over launches at one connection, D_cpu the median CPU time per request over launches at
// the calibration's load, of which so many were planned. nullopt: one of them cannot be had.
[[nodiscard]] std::optional<MeasuredDemands> measure_demands(std::span<const TrialRecord* const> at_one_connection,
                                                             std::span<const TrialRecord* const> at_load,
                                                             std::uint32_t planned_at_load);

// What one model's calibration trials on one workload say of its capacity over so many connections, requests per
// second: 100 % of an open loop's rate. `trials` may hold others; `planned` is the calibration's repetitions.
[[nodiscard]] std::optional<double> calibrated_capacity(std::span<const TrialRecord> trials,
                                                        const ModelDescription& model, const std::string& workload,
                                                        std::uint32_t connections, std::uint32_t planned,
                                                        std::uint32_t server_cores);

}  // namespace interleave
