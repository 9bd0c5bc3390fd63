// One trial: start backend, start server, verify, warm up, wait until quiet, snapshot, measure, snapshot, wait until
// quiet, stop, account. Fresh processes every time; none outlives the call, however it ends.
//
// Whatever goes wrong is a result: a record with a reason from the closed list (validity.hpp) and what was learned
// until then. Only Interrupted and an error of the harness itself (no memory, no descriptors) leave by exception.
#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/service/cpu_work.hpp"
#include "core/workload/workload.hpp"
#include "harness/driver/driver.hpp"
#include "harness/plan/plan.hpp"
#include "harness/process/discovery.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/record/run_record.hpp"
#include "harness/record/trial_record.hpp"
#include "harness/trial/verify.hpp"

namespace interleave {

// How long each part may take before it counts as failed.
struct TrialDeadlines {
  std::chrono::milliseconds start{10'000};            // until the ready line
  std::chrono::milliseconds quiet{10'000};            // until nothing is in flight
  std::chrono::milliseconds still{100};               // ... and has not been for this long
  std::chrono::milliseconds counters{2'000};          // a line of counters, a STATS
  std::chrono::milliseconds stop{2'000};              // SIGTERM to exit, then SIGKILL
  std::chrono::milliseconds generator_grace{15'000};  // beyond its load: slow replies, and writing the report
};

// What all trials of a run share, and what this one runs. Everything referred to outlives the call.
struct TrialSetup {
  std::filesystem::path backend_program;
  const ServerProgram& server;
  const Workload& workload;
  std::filesystem::path workload_file;
  const Driver& driver;
  std::filesystem::path scratch;  // a folder for files that do not outlive the trial
  const CpuLayout& layout;
  std::optional<CpuRate> cpu_rate;  // given to the server where the workload has cpu steps
  TrialDeadlines deadlines{};
};

[[nodiscard]] TrialRecord run_trial(const TrialSpec& spec, const TrialSetup& setup, const Interrupt& interrupt);

// The record of a trial that cannot be run.
[[nodiscard]] TrialRecord unrun_trial(const TrialSpec& spec, Finding why);

// The verification alone, with fresh processes: no load, no timing. `findings` is empty if all is well.
struct Verification {
  VerifyOutcome outcome;
  std::vector<Finding> findings;
};
[[nodiscard]] Verification run_verification(const TrialSpec& spec, const TrialSetup& setup,
                                            const Interrupt& interrupt);

// The time now as results say it: 2025-01-31T12:00:00Z.
[[nodiscard]] std::string utc_now();

}  // namespace interleave
