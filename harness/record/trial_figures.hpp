// The figures one trial contributes to its cell: one number per launch, before any statistics. Pure.
#pragma once
#include <cstdint>
#include <optional>

#include "harness/record/trial_record.hpp"

namespace interleave {

inline constexpr double kMicrosPerMilli = 1e3;

struct TrialFigures {
  double throughput_rps = 0;
  double goodput_rps = 0;  // replies with a status below 400
  std::optional<double> cpu_us_per_request;
  std::optional<double> ctx_switches_per_request;
  std::optional<double> rss_mib;
  std::optional<double> threads;
  std::optional<double> jain;            // Accounting's
  std::optional<std::uint64_t> starved;  // Accounting's
  // Mean of the histogram, also where the latencies are void as a picture of the whole cycle: what a
  // calibration at one connection asks for is the response time, whatever lies between two requests.
  std::optional<double> mean_response_us;
  const ValueCounts* latency_us = nullptr;  // borrowed from the trial; nullptr: void, and `void_reason` says why
  std::uint64_t latency_lost = 0;           // requests that rank above all of these
  std::optional<Reason> void_reason;
};

// nullopt: the trial is invalid or has no result of the generator.
[[nodiscard]] std::optional<TrialFigures> figures_of(const TrialRecord& trial);

}  // namespace interleave
