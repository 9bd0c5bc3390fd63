#include "harness/cli/selection.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/error.hpp"
#include "harness/trial/verify.hpp"

namespace interleave {
namespace {

bool contains(std::span<const std::string> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// One that cannot run here is left out, as when nobody names it; but somebody must be left.
void check_wanted(const Discovery& found, std::span<const std::string> wanted) {
  std::vector<std::string> known;
  for (const ServerProgram& server : found.servers) known.push_back(server.model.name);
  const bool some_can_run =
      std::any_of(known.begin(), known.end(), [&](const std::string& model) { return contains(wanted, model); });
  for (const SkippedModel& skipped : found.skipped) known.push_back(skipped.model);
  require_known("model", wanted, known);
  if (some_can_run) return;
  for (const SkippedModel& skipped : found.skipped) {
    if (!contains(wanted, skipped.model)) continue;
    throw UsageError("model '" + skipped.model + "' cannot run here: " + skipped.reason);
  }
}

}  // namespace

Selection select_cells(const Discovery& found, std::span<const LoadedWorkload> workloads,
                       std::span<const std::string> wanted) {
  check_wanted(found, wanted);
  Selection selection;
  for (const LoadedWorkload& loaded : workloads) {
    WorkloadModels cell{&loaded.workload, {}};
    for (const ServerProgram& server : found.servers) {
      const ModelDescription& model = server.model;
      if (wanted.empty() ? model.can("example") : !contains(wanted, model.name)) continue;
      if (!can_serve(model, loaded.workload)) {
        selection.notes.push_back(model.name + " on " + loaded.workload.name +
                                  ": skipped, it has no routes and the workload's have steps");
        continue;
      }
      cell.models.push_back(model.name);
      if (!contains(selection.models, model.name)) selection.models.push_back(model.name);
    }
    if (!cell.models.empty()) selection.cells.push_back(std::move(cell));
  }
  if (selection.cells.empty()) {
    throw UsageError("nothing to run: no model found serves these workloads (see `interleave list models`)");
  }
  return selection;
}

const ServerProgram& server_named(const Discovery& found, std::string_view name) {
  const auto at = std::find_if(found.servers.begin(), found.servers.end(),
                               [&](const ServerProgram& server) { return server.model.name == name; });
  if (at == found.servers.end()) throw std::logic_error("no server named " + std::string(name));
  return *at;
}

const LoadedWorkload& workload_named(std::span<const LoadedWorkload> workloads, std::string_view name) {
  const auto at = std::find_if(workloads.begin(), workloads.end(),
                               [&](const LoadedWorkload& loaded) { return loaded.workload.name == name; });
  if (at == workloads.end()) throw std::logic_error("no workload named " + std::string(name));
  return *at;
}

}  // namespace interleave
