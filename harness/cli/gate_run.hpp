// Runs the launches of a gate, pair by pair, and stores each; what is stored already is read instead.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/contestants.hpp"
#include "harness/cli/places.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/run_folder.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/regress/gate_record.hpp"
#include "harness/regress/jitter_watch.hpp"

namespace interleave {

struct GateInputs {
  Places places;  // of the head: one harness, one backend and one generator for both sides
  LoadedWorkload workload;
  std::optional<LoadedWorkload> head_workload;  // nullopt: the same; else what was injected into the head
  Contestants contestants;
  GatePlan plan;
};

// Everything referred to outlives the run. Throws Interrupted; what is complete is on disk then.
class GateRun {
 public:
  // `record` is filled in and written after every launch, as gate.json in the folder.
  GateRun(const GateInputs& inputs, const RunFolder& folder, GateRecord& record, const Interrupt& interrupt,
          bool silent)
      : inputs_(inputs), folder_(folder), record_(record), interrupt_(interrupt), silent_(silent) {}

  // Median CPU time per request of a few launches of the base that belong to no pair and are not stored. Throws
  // std::runtime_error where they give none.
  double pilot_cpu_us(const GateCell& cell);
  // The screening pairs.
  GateReport screen();
  // These, and the confirming pairs of the cells that look suspicious.
  GateReport execute();

 private:
  void run_stage(Stage stage, const std::vector<GateCell>& cells);
  GateLaunch launch(const PairPlan& pair, Side side, Progress& progress);
  TrialRecord run_one(const TrialSpec& spec, Side side);

  const GateInputs& inputs_;
  const RunFolder& folder_;
  GateRecord& record_;
  const Interrupt& interrupt_;
  bool silent_;
  JitterWatch jitter_;
  std::vector<MeasuredPair> pairs_;
  std::size_t pairs_planned_ = 0;
};

}  // namespace interleave
