#include <algorithm>

#include "core/base/config.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kMostRepetitions = 1'000;
constexpr std::int64_t kLargestSeed = (std::int64_t{1} << 53) - 1;  // exact in every JSON reader
constexpr nanoseconds kLongestWindow = std::chrono::minutes(10);
constexpr nanoseconds kShortestWindow = std::chrono::milliseconds(100);
constexpr nanoseconds kShortestStall = std::chrono::milliseconds(10);
constexpr std::int64_t kMostRate = 10'000'000;
constexpr std::int64_t kMostSteps = 50;

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// "'wrk' or 'interleave'".
std::string names_of_drivers() {
  std::string names;
  for (const std::string_view name : driver_names()) names += (names.empty() ? "" : " or ") + in_quotes(name);
  return names;
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

std::vector<OfferedRate> read_rates(const ConfigNode& node) {
  std::vector<OfferedRate> rates;
  for (const ConfigNode& item : node.items()) {
    const bool whole = item.kind() == ConfigNode::Kind::integer;
    const auto rate = parse_rate(whole ? std::to_string(item.integer(1, kMostRate)) : item.text());
    if (!rate || rate->percent.has_value() == whole)
      item.fail("'" + item.text() + R"(' is no share of the predicted capacity: want "1%" to "1000%")");
    if (std::find(rates.begin(), rates.end(), *rate) != rates.end()) item.fail("duplicate rate: name each once");
    rates.push_back(*rate);
  }
  if (rates.empty()) node.fail("'rates' is empty: leave it out for a closed loop");
  return rates;
}

std::string read_driver(const ConfigNode& node) {
  const auto known = driver_names();
  if (std::find(known.begin(), known.end(), node.text()) == known.end()) {
    node.fail("unknown driver " + in_quotes(node.text()) + did_you_mean(node.text(), known) + ": use " +
              names_of_drivers());
  }
  return node.text();
}

std::vector<PlanCells> read_cells(const ConfigNode& node) {
  std::vector<PlanCells> groups;
  for (const ConfigNode& item : node.items()) {
    item.allow_keys({"workloads", "connections", "driver", "rates"});
    PlanCells cells{read_names(item.at("workloads")), read_connections(item.at("connections")), {}, {}};
    if (const auto* driver = item.find("driver")) cells.driver = read_driver(*driver);
    if (const auto* rates = item.find("rates")) cells.rates = read_rates(*rates);
    if (cells.workloads.empty()) item.at("workloads").fail("'workloads' is empty: name at least one");
    if (cells.connections.empty()) item.at("connections").fail("'connections' is empty: name at least one");
    groups.push_back(std::move(cells));
  }
  if (groups.empty()) node.fail("'cells' is empty: leave it out, or add a [[cells]]");
  return groups;
}

// What is measured: `workloads` (and `connections`, `rates`) for all, or one [[cells]] for each combination.
void read_what(const ConfigNode& root, Plan& plan) {
  if (const auto* cells = root.find("cells")) {
    for (const char* key : {"workloads", "connections", "rates"}) {
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
  if (const auto* rates = root.find("rates")) plan.rates = read_rates(*rates);
}

SearchPlan read_search(const ConfigNode& node) {
  node.allow_keys({"objective", "steps"});
  const ConfigNode& text = node.at("objective");
  const auto objective = parse_objective(text.text());
  if (!objective)
    text.fail(in_quotes(text.text()) + " is no objective: want a percentile and a time, as \"p99<50ms\"");
  SearchPlan search{.objective = *objective};
  if (const auto* steps = node.find("steps"))
    search.steps = static_cast<std::uint32_t>(steps->integer(1, kMostSteps));
  return search;
}

StallPlan read_stall(const ConfigNode& node) {
  node.allow_keys({"every", "length"});
  const StallPlan stall{.every = node.at("every").duration(kShortestStall, kLongestWindow),
                        .length = node.at("length").duration(kShortestStall, kLongestWindow)};
  if (stall.length >= stall.every) node.at("length").fail("'length' must be shorter than 'every'");
  return stall;
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
                   "duration", "seed", "calibration", "cells", "rates", "stall", "search", "weave"});
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
  if (const auto* search = root.find("search")) plan.search = read_search(*search);
  if (const auto* stall = root.find("stall")) plan.stall = read_stall(*stall);
  if (const auto* calibration = root.find("calibration")) plan.calibration = read_calibration(*calibration);
  if (const auto* weave = root.find("weave")) plan.weave = weave->boolean();
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
  const auto drivers = driver_names();
  require(overrides.driver.empty() || std::find(drivers.begin(), drivers.end(), overrides.driver) != drivers.end(),
          "--driver " + in_quotes(overrides.driver) + " is not known: use " + names_of_drivers());
  require(!has_duplicates(overrides.connections), "--connections has a number twice: name each once");
  require(std::none_of(overrides.rates.begin(), overrides.rates.end(),
                       [&](const OfferedRate& rate) {
                         return std::count(overrides.rates.begin(), overrides.rates.end(), rate) > 1;
                       }),
          "--rates has a rate twice: name each once");
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
  if (!overrides.rates.empty()) plan.rates = overrides.rates;
  if (!overrides.driver.empty()) {
    plan.driver = overrides.driver;
    for (PlanCells& cells : plan.cells) cells.driver.clear();
  }
  plan.repetitions = overrides.repetitions.value_or(plan.repetitions);
  plan.seed = overrides.seed.value_or(plan.seed);
  plan.warmup = overrides.warmup.value_or(plan.warmup);
  plan.duration = overrides.duration.value_or(plan.duration);
  if (overrides.search)
    plan.search =
        SearchPlan{.objective = *overrides.search, .steps = plan.search ? plan.search->steps : SearchPlan{}.steps};
  require_possible(plan);
  return plan;
}

void require_possible(const Plan& plan) {
  const auto check = [&](const std::string& driver, const std::vector<OfferedRate>& rates) {
    if (rates.empty()) return;
    require(driver != "wrk", "wrk makes closed loops only: an open loop ('rates') needs the driver 'interleave'");
    const bool shares =
        std::any_of(rates.begin(), rates.end(), [](const OfferedRate& rate) { return rate.percent.has_value(); });
    require(!shares || plan.calibration.repetitions > 0,
            "rates in percent of the predicted capacity need calibration trials: [calibration] repetitions = 1");
  };
  if (plan.search) {
    const bool rates = !plan.rates.empty() || std::any_of(plan.cells.begin(), plan.cells.end(),
                                                          [](const PlanCells& c) { return !c.rates.empty(); });
    require(!rates, "a capacity search finds its rates itself: leave out 'rates', or search in another plan");
    require(plan.driver != "wrk", "a capacity search needs an open loop: the driver 'interleave'");
    require(plan.calibration.repetitions > 0,
            "a capacity search begins from the predicted capacity: [calibration] repetitions = 1");
  }
  if (plan.cells.empty()) check(plan.driver, plan.rates);
  for (const PlanCells& cells : plan.cells) {
    check(cells.driver.empty() ? plan.driver : cells.driver, plan.rates.empty() ? cells.rates : plan.rates);
  }
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
