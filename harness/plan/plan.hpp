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

namespace interleave {

// Trials whose only use is to feed the predictions: a cell is never predicted from itself.
struct CalibrationPlan {
  std::uint32_t repetitions = 3;       // of each kind, per model and workload; 0: no predictions
  std::uint32_t cpu_connections = 64;  // load of the trial that gives the CPU time per request
};

// Some of a plan's cells: each of these workloads at each of these numbers of connections.
struct PlanCells {
  std::vector<std::string> workloads;      // at least one
  std::vector<std::uint32_t> connections;  // at least one
};

struct Plan {
  std::string name;  // equals the file's stem
  std::string description;
  std::string driver = "wrk";
  std::vector<std::string> workloads;      // at least one
  std::vector<std::string> models;         // empty: every model found that serves the workload
  std::vector<std::uint32_t> connections;  // of every workload; empty: see loads_of()
  std::vector<PlanCells> cells;            // where workloads differ in their connections
  std::uint32_t repetitions = 6;
  std::chrono::nanoseconds warmup{500'000'000};
  std::chrono::nanoseconds duration{2'000'000'000};
  std::uint64_t seed = 1;  // of the order of trials and of the backend's delays; below 2^53 (JSON numbers)
  CalibrationPlan calibration;
};

// The numbers of connections a workload is measured at: the plan's for all, else those of its cells, else the
// workload's own.
[[nodiscard]] std::vector<std::uint32_t> loads_of(const Plan& plan, const Workload& workload);

enum class Purpose : std::uint8_t {
  measure,       // a repetition of a cell
  calibrate_d1,  // one connection: the mean response without queueing, D1
  calibrate_cpu  // cpu_connections: the server's CPU time per request, D_cpu
};

enum class LoadKind : std::uint8_t { closed };

// One launch of server, backend and generator.
struct TrialSpec {
  std::uint32_t index = 0;  // place in the run's order, from 1
  std::string model;
  std::string workload;
  std::string driver = "wrk";
  LoadKind load = LoadKind::closed;
  std::uint32_t connections = 1;
  std::uint32_t repetition = 1;  // from 1, within its cell and purpose
  Purpose purpose = Purpose::measure;
  std::uint64_t seed = 1;  // of the backend: the same for all models in one repetition
  std::chrono::nanoseconds warmup{0};
  std::chrono::nanoseconds duration{0};
};

// "0007-libuv_loop-one_call-c64-r2"; calibration trials have "c1.d1" and "c64.cpu" as load. The stem of the trial's
// file and its name in every other file.
[[nodiscard]] std::string trial_id(const TrialSpec& spec);

[[nodiscard]] std::string_view to_string(Purpose purpose) noexcept;
[[nodiscard]] std::string_view to_string(LoadKind kind) noexcept;

// Reads a plan file. Every problem is a UsageError "file.toml:9:12: what is wrong (did you mean 'x'?)".
[[nodiscard]] Plan load_plan(const std::filesystem::path& file);
// The same from text; `name` stands in messages and gives the plan its name (stem).
[[nodiscard]] Plan parse_plan(std::string_view toml_text, const std::filesystem::path& name);

// What the command line says instead of the file; nullopt or empty: the file's value stands.
struct PlanOverrides {
  std::vector<std::string> models;
  std::vector<std::string> workloads;
  std::vector<std::uint32_t> connections;
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
// into them, so that slow drift of the machine hits predictions, models and loads alike. Same plan = same order.
[[nodiscard]] std::vector<TrialSpec> expand(const Plan& plan, std::span<const WorkloadModels> cells);

// Expected time of the trials, with `overhead` for starting, verifying, quieting and stopping each.
[[nodiscard]] std::chrono::nanoseconds estimate_time(std::span<const TrialSpec> trials,
                                                     std::chrono::nanoseconds overhead = std::chrono::milliseconds{
                                                         1000});

}  // namespace interleave
