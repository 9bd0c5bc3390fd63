// A plan: what a run measures, as data. One TOML file, overridden by options, expanded into the ordered list of
// trials. Plain values; the functions are pure but for load_plan, which reads one file.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/workload/workload.hpp"
#include "harness/plan/load.hpp"
#include "harness/plan/search.hpp"

namespace interleave {

// Of a cell, and of what a claim may ask for.
inline constexpr std::int64_t kMostConnections = 100'000;

// Trials whose only use is to feed the predictions: a cell is never predicted from itself.
struct CalibrationPlan {
  std::uint32_t repetitions = 3;       // of each kind, per model and workload; 0: no predictions
  std::uint32_t cpu_connections = 64;  // load of the trial that gives the CPU time per request
};

// Some of a plan's cells: each of these workloads at each of these loads.
struct PlanCells {
  std::vector<std::string> workloads;      // at least one
  std::vector<std::uint32_t> connections;  // at least one
  std::string driver;                      // empty: the plan's
  std::vector<OfferedRate> rates;          // open loops, with each number of connections; empty: closed loops
};

// Interruptions of the server on purpose: the harness stops it (SIGSTOP) for a while, again and again, as a machine
// or a garbage collector would. The first begins half an interval after the load.
struct StallPlan {
  std::chrono::nanoseconds every{0};
  std::chrono::nanoseconds length{0};  // shorter than `every`
  bool operator==(const StallPlan&) const = default;
};

struct Plan {
  std::string name;  // equals the file's stem
  std::string description;
  std::string driver = "wrk";              // of cells that name none, and of calibration trials
  std::vector<std::string> workloads;      // at least one
  std::vector<std::string> models;         // empty: every model found that serves the workload
  std::vector<std::uint32_t> connections;  // of every workload; empty: see loads_of()
  std::vector<OfferedRate> rates;          // of every workload: open loops; empty: see loads_of()
  std::vector<PlanCells> cells;            // where workloads differ in their loads
  std::uint32_t repetitions = 6;
  std::chrono::nanoseconds warmup{500'000'000};
  std::chrono::nanoseconds duration{2'000'000'000};
  std::uint64_t seed = 1;  // of the order of trials and of the backend's delays; below 2^53 (JSON numbers)
  std::optional<StallPlan> stall;
  std::optional<SearchPlan> search;  // instead of measuring cells: the capacity of each model on each workload
  CalibrationPlan calibration;
  bool weave = false;  // draw how each model serves requests that come at once, before the first trial
};

// The loads a workload is measured at: each of its cells, or the plan's own if it has no cells for it. Connections
// and rates are the plan's for all, else those of the cell; without either, connections are the workload's own.
[[nodiscard]] std::vector<CellLoad> loads_of(const Plan& plan, const Workload& workload);

// Throws UsageError where the loads cannot be made: an open loop by wrk, or shares of a capacity without calibration.
void require_possible(const Plan& plan);

enum class Purpose : std::uint8_t {
  measure,        // a repetition of a cell
  calibrate_d1,   // one connection: the mean response without queueing, D1
  calibrate_cpu,  // cpu_connections: the server's CPU time per request, D_cpu
  search          // a step of a capacity search
};

// One launch of server, backend and generator.
struct TrialSpec {
  std::uint32_t index = 0;  // place in the run's order, from 1
  std::string model;
  std::string workload;
  CellLoad load;
  std::uint32_t repetition = 1;  // from 1, within its cell and purpose
  Purpose purpose = Purpose::measure;
  std::uint64_t seed = 1;  // of the backend: the same for all models in one repetition
  std::chrono::nanoseconds warmup{0};
  std::chrono::nanoseconds duration{0};
  std::optional<StallPlan> stall;
};

// "0007-libuv_loop-one_call-c64-r2"; calibration trials have "c1.d1" and "c64.cpu" as load, open loops "o1000" or
// "o50p" (percent of capacity), steps of a search "s3". The stem of the trial's file and its name in every other
// file.
[[nodiscard]] std::string trial_id(const TrialSpec& spec);

[[nodiscard]] std::string_view to_string(Purpose purpose) noexcept;

// Reads a plan file. Every problem is a UsageError "file.toml:9:12: what is wrong (did you mean 'x'?)".
[[nodiscard]] Plan load_plan(const std::filesystem::path& file);
// The same from text; `name` stands in messages and gives the plan its name (stem).
[[nodiscard]] Plan parse_plan(std::string_view toml_text, const std::filesystem::path& name);

// What the command line says instead of the file; nullopt or empty: the file's value stands.
struct PlanOverrides {
  std::vector<std::string> models;
  std::vector<std::string> workloads;
  std::vector<std::uint32_t> connections;
  std::vector<OfferedRate> rates;
  std::string driver;
  std::optional<Objective> search;
  std::optional<std::uint32_t> repetitions;
  std::optional<std::uint64_t> seed;
  std::optional<std::chrono::nanoseconds> warmup;
  std::optional<std::chrono::nanoseconds> duration;
};
// Throws UsageError where the result would not be a plan (zero repetitions, zero connections, no duration).
[[nodiscard]] Plan apply_overrides(Plan plan, const PlanOverrides& overrides);

// Throws UsageError "... (did you mean 'x'?)" if one of `wanted` is not among `known`. `what` is "model", "workload".
void require_known(std::string_view what, std::span<const std::string> wanted, std::span<const std::string> known);

// What a workload and the models that can serve it contribute to the plan's cells.
struct WorkloadModels {
  const Workload* workload = nullptr;
  std::vector<std::string> models;  // in the order they were found
};

// The trials in the order they run: a randomized block design. Every repetition is a block that contains each cell
// once, in a random order of its own; the rounds of calibration trials are spread evenly over the blocks and shuffled
// into them, so that slow drift of the machine hits predictions, models and loads alike. Where rates are shares of a
// predicted capacity, all calibration trials come first. The steps of a search follow one another: a block is then
// one step of every search. Same plan = same order.
[[nodiscard]] std::vector<TrialSpec> expand(const Plan& plan, std::span<const WorkloadModels> cells);

// Expected time of the trials, with `overhead` for starting, verifying, quieting and stopping each.
[[nodiscard]] std::chrono::nanoseconds estimate_time(std::span<const TrialSpec> trials,
                                                     std::chrono::nanoseconds overhead = std::chrono::milliseconds{
                                                         1000});

}  // namespace interleave
