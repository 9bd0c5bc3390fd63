#include "core/workload/load_workload.hpp"

#include <algorithm>

#include "core/base/config.hpp"
#include "core/workload/load_services.hpp"
#include "core/workload/load_steps.hpp"

namespace interleave {
namespace {

// What a workload may ask for: generous for an experiment, small enough that a slip of the pen is noticed.
constexpr double kLargestWeight = 1e6;
constexpr std::int64_t kMostConnections = 100'000;
constexpr std::size_t kLongestTarget = 1'000;

std::string in_quotes(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::string read_target(const ConfigNode& node, const std::vector<Route>& before) {
  const std::string& target = node.text();
  const auto allowed = [](char c) { return c > ' ' && c <= '~' && c != '?' && c != '#'; };
  if (target.empty() || target.front() != '/' || target.size() > kLongestTarget ||
      !std::all_of(target.begin(), target.end(), allowed)) {
    node.fail("target " + in_quotes(target) + ": use a path such as \"/one_call\" of visible ASCII, without ? and #");
  }
  if (target == "/" || target == "/healthz") {
    node.fail("target " + in_quotes(target) + " is reserved: every server answers it itself; use another path");
  }
  if (std::any_of(before.begin(), before.end(), [&](const Route& route) { return route.target == target; })) {
    node.fail("duplicate target " + in_quotes(target) + ": each route needs its own");
  }
  return target;
}

Route read_route(const ConfigNode& node, const Workload& workload) {
  node.allow_keys({"target", "weight", "steps", "expect"});
  Route route;
  route.target = read_target(node.at("target"), workload.routes);
  if (const auto* weight = node.find("weight")) route.weight = weight->positive_number(kLargestWeight);
  if (const auto* steps = node.find("steps")) {
    route.steps = read_steps(*steps, workload.services);
  }
  if (const auto* expect = node.find("expect")) {
    expect->allow_keys({"status"});
    route.expect.status = static_cast<int>(expect->at("status").integer(200, 599));
  }
  return route;
}

LoadDefaults read_load(const ConfigNode& node) {
  node.allow_keys({"connections"});
  LoadDefaults load;
  const auto* connections = node.find("connections");
  if (connections == nullptr) return load;
  load.connections.clear();
  for (const auto& item : connections->items()) {
    const auto count = static_cast<std::uint32_t>(item.integer(1, kMostConnections));
    if (std::find(load.connections.begin(), load.connections.end(), count) != load.connections.end()) {
      item.fail("duplicate number of connections " + std::to_string(count) + ": name each once");
    }
    load.connections.push_back(count);
  }
  if (load.connections.empty()) connections->fail("'connections' is empty: name at least one number");
  return load;
}

std::string read_name(const ConfigNode& node, const std::filesystem::path& file) {
  const std::string& name = node.text();
  const std::string stem = file.stem().string();
  if (name != stem) {
    node.fail("name " + in_quotes(name) + " differs from the file's name " + in_quotes(stem) + ": make them equal");
  }
  if (!is_workload_name(name)) node.fail("name " + in_quotes(name) + ": " + std::string(kNameRule));
  return name;
}

Workload read_workload(const ConfigNode& root, const std::filesystem::path& file) {
  root.allow_keys({"name", "description", "services", "route", "load"});
  Workload workload;
  workload.name = read_name(root.at("name"), file);
  workload.description = root.at("description").text();
  if (const auto* services = root.find("services")) {
    for (const auto& entry : services->entries())
      workload.services.push_back(read_service(entry, file.parent_path()));
  }
  const ConfigNode* routes = root.find("route");
  if (routes == nullptr || routes->items().empty()) root.fail("no route: add at least one [[route]] with a target");
  for (const auto& entry : routes->items()) workload.routes.push_back(read_route(entry, workload));
  if (const auto* load = root.find("load")) workload.load = read_load(*load);
  return workload;
}

}  // namespace

Workload load_workload(const std::filesystem::path& file) {
  return read_workload(load_config(file), file);
}

Workload parse_workload(std::string_view toml_text, const std::filesystem::path& name) {
  return read_workload(parse_config(toml_text, name), name);
}

}  // namespace interleave
