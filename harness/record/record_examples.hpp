// Records with every field in use, for tests: round trips, the schemas, the summary. Not part of the harness.
#pragma once
#include "harness/record/run_record.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave::examples {

// A valid trial of `connections` x 10 ms: `requests` in 2 s, each with one call.
[[nodiscard]] TrialRecord trial(const TrialSpec& spec, std::uint64_t requests);

// Two models, one workload, 64 connections, 6 repetitions and 3 of each calibration; the order is expand()'s.
[[nodiscard]] RunRecord run();
// The trials of that run: single_threaded makes 96 requests a second, libuv_loop 6144, give or take a few per launch.
[[nodiscard]] std::vector<TrialRecord> trials();

}  // namespace interleave::examples
