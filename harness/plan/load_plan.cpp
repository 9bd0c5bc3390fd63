#include <algorithm>

#include "core/base/config.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kMostConnections = 100'000;
constexpr std::int64_t kMostRepetitions = 1'000;
constexpr std::int64_t kLargestSeed = (std::int64_t{1} << 53) - 1;  // exact in every JSON reader
constexpr nanoseconds kLongestWindow = std::chrono::minutes(10);
constexpr nanoseconds kShortestWindow = std::chrono::milliseconds(100);

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::vector<std::string> read_names(const ConfigNode& node) {
  std::vector<std::string> names;
  for (const ConfigNode& item : node.items()) {
    const std::string& name = item.text();
    if (std::find(names.begin(), names.end(), name) != names.end()) item.fail(in_quotes(name) + " is named twice");
    names.push_back(name);
  }
  return names;
}

std::vector<std::uint32_t> read_connections(const ConfigNode& node) {
  std::vector<std::uint32_t> connections;
  for (const ConfigNode& item : node.items()) {
    const auto count = static_cast<std::uint32_t>(item.integer(1, kMostConnections));
    if (std::find(connections.begin(), connections.end(), count) != connections.end()) {
      item.fail("duplicate number of connections " + std::to_string(count) + ": name each once");
    }
    connections.push_back(count);
  }
  return connections;
}

std::vector<PlanCells> read_cells(const ConfigNode& node) {
  std::vector<PlanCells> groups;
  for (const ConfigNode& item : node.items()) {
    item.allow_keys({"workloads", "connections"});
    PlanCells cells{read_names(item.at("workloads")), read_connections(item.at("connections"))};
    if (cells.workloads.empty()) item.at("workloads").fail("'workloads' is empty: name at least one");
    if (cells.connections.empty()) item.at("connections").fail("'connections' is empty: name at least one");
    groups.push_back(std::move(cells));
  }
  if (groups.empty()) node.fail("'cells' is empty: leave it out, or add a [[cells]]");
  return groups;
}

// What is measured: `workloads` (and `connections`) for all, or one [[cells]] for each combination.
void read_what(const ConfigNode& root, Plan& plan) {
  if (const auto* cells = root.find("cells")) {
    for (const char* key : {"workloads", "connections"}) {
      if (const auto* other = root.find(key)) {
        other->fail_at_key(in_quotes(key) + " stands in each [[cells]] of this plan: move it there");
      }
    }
    plan.cells = read_cells(*cells);
    for (const PlanCells& group : plan.cells) {
      for (const std::string& name : group.workloads) {
        if (std::find(plan.workloads.begin(), plan.workloads.end(), name) == plan.workloads.end()) {
          plan.workloads.push_back(name);
        }
      }
    }
    return;
  }
  plan.workloads = read_names(root.at("workloads"));
  if (plan.workloads.empty()) root.at("workloads").fail("'workloads' is empty: name at least one");
  if (const auto* connections = root.find("connections")) plan.connections = read_connections(*connections);
}

CalibrationPlan read_calibration(const ConfigNode& node) {
  node.allow_keys({"repetitions", "cpu_connections"});
  CalibrationPlan calibration;
  if (const auto* repetitions = node.find("repetitions")) {
    calibration.repetitions = static_cast<std::uint32_t>(repetitions->integer(0, kMostRepetitions));
  }
  if (const auto* connections = node.find("cpu_connections")) {
    calibration.cpu_connections = static_cast<std::uint32_t>(connections->integer(1, kMostConnections));
  }
  return calibration;
}

std::string read_driver(const ConfigNode& node) {
  if (node.text() != "wrk") node.fail("unknown driver " + in_quotes(node.text()) + ": use \"wrk\"");
  return node.text();
}

std::string read_name(const ConfigNode& node, const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  if (node.text() != stem) {
    node.fail("name " + in_quotes(node.text()) + " differs from the file's name " + in_quotes(stem) +
              ": make them equal");
  }
  return node.text();
}

Plan read_plan(const ConfigNode& root, const std::filesystem::path& file) {
  root.allow_keys({"name", "description", "driver", "workloads", "models", "connections", "repetitions", "warmup",
                   "duration", "seed", "calibration", "cells"});
  Plan plan;
  plan.name = read_name(root.at("name"), file);
  plan.description = root.at("description").text();
  if (const auto* driver = root.find("driver")) plan.driver = read_driver(*driver);
  read_what(root, plan);
  if (const auto* models = root.find("models")) plan.models = read_names(*models);
  if (const auto* repetitions = root.find("repetitions")) {
    plan.repetitions = static_cast<std::uint32_t>(repetitions->integer(1, kMostRepetitions));
  }
  if (const auto* warmup = root.find("warmup")) plan.warmup = warmup->duration(nanoseconds(0), kLongestWindow);
  if (const auto* duration = root.find("duration")) {
    plan.duration = duration->duration(kShortestWindow, kLongestWindow);
  }
  if (const auto* seed = root.find("seed")) plan.seed = static_cast<std::uint64_t>(seed->integer(0, kLargestSeed));
  if (const auto* calibration = root.find("calibration")) plan.calibration = read_calibration(*calibration);
  return plan;
}

void require(bool holds, const std::string& message) {
  if (!holds) throw UsageError(message);
}

template <class T>
bool has_duplicates(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return std::adjacent_find(values.begin(), values.end()) != values.end();
}

void check(const PlanOverrides& overrides) {
  require(!has_duplicates(overrides.models), "--models names a model twice: name each once");
  require(!has_duplicates(overrides.workloads), "--workloads names a workload twice: name each once");
  require(!has_duplicates(overrides.connections), "--connections has a number twice: name each once");
  for (const std::uint32_t count : overrides.connections) {
    require(count >= 1 && count <= kMostConnections,
            "--connections: " + std::to_string(count) + " is not within 1 and " + std::to_string(kMostConnections));
  }
  if (overrides.repetitions) {
    require(*overrides.repetitions >= 1 && *overrides.repetitions <= kMostRepetitions,
            "--repetitions: use a number within 1 and " + std::to_string(kMostRepetitions));
  }
  if (overrides.seed) {
    require(*overrides.seed <= kLargestSeed, "--seed: use a number up to " + std::to_string(kLargestSeed));
  }
  if (overrides.warmup) {
    require(*overrides.warmup >= nanoseconds(0) && *overrides.warmup <= kLongestWindow,
            "--warmup: use at most 10min");
  }
  if (overrides.duration) {
    require(*overrides.duration >= kShortestWindow && *overrides.duration <= kLongestWindow,
            "--duration: use a time within 100ms and 10min");
  }
}

}  // namespace

Plan load_plan(const std::filesystem::path& file) {
  return read_plan(load_config(file), file);
}

Plan parse_plan(std::string_view toml_text, const std::filesystem::path& name) {
  return read_plan(parse_config(toml_text, name), name);
}

Plan apply_overrides(Plan plan, const PlanOverrides& overrides) {
  check(overrides);
  if (!overrides.models.empty()) plan.models = overrides.models;
  if (!overrides.workloads.empty()) plan.workloads = overrides.workloads;
  if (!overrides.connections.empty()) plan.connections = overrides.connections;
  plan.repetitions = overrides.repetitions.value_or(plan.repetitions);
  plan.seed = overrides.seed.value_or(plan.seed);
  plan.warmup = overrides.warmup.value_or(plan.warmup);
  plan.duration = overrides.duration.value_or(plan.duration);
  return plan;
}

void require_known(std::string_view what, std::span<const std::string> wanted, std::span<const std::string> known) {
  for (const std::string& name : wanted) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    throw UsageError("unknown " + std::string(what) + " " + in_quotes(name) + did_you_mean(name, candidates) +
                     "; `interleave list " + std::string(what) + "s` shows all");
  }
}

}  // namespace interleave
