#include "harness/cli/preflight.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <sys/resource.h>

#include "core/base/error.hpp"
#include "harness/process/child.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

constexpr std::uint64_t kOwnDescriptors = 32;  // of a process that has no client yet, with room to spare

std::uint32_t most_connections(std::span<const TrialSpec> trials) {
  std::uint32_t most = 0;
  for (const TrialSpec& trial : trials) most = std::max(most, trial.load.connections);
  return most;
}

bool any_driven_by(std::span<const TrialSpec> trials, std::string_view driver) {
  return std::any_of(trials.begin(), trials.end(),
                     [driver](const TrialSpec& trial) { return trial.load.driver == driver; });
}

void require_built(const std::filesystem::path& program) {
  if (!find_program(program.string()))
    throw UsageError(program.string() + " is missing: build the project (make build)");
}

}  // namespace

void require_tools(const Places& places, std::span<const TrialSpec> trials) {
  if (any_driven_by(trials, "wrk") && !find_program("wrk"))
    throw UsageError("wrk is not installed: run scripts/install_deps.sh, or apt-get install wrk");
  if (any_driven_by(trials, "interleave")) require_built(places.driver_files().interleave_load);
  require_built(places.backend());
}

std::uint64_t descriptor_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : RLIM_INFINITY;
}

void require_descriptors(std::span<const TrialSpec> trials, std::uint64_t limit) {
  const std::uint32_t most = most_connections(trials);
  if (most + kOwnDescriptors <= limit) return;
  throw UsageError(
      fmt::format("{} connections need more open files than the {} a process may have here: raise the "
                  "limit (ulimit -Hn), or use fewer --connections",
                  most, limit));
}

std::optional<Warning> descriptor_warning(std::span<const TrialSpec> trials, std::uint64_t limit) {
  const std::uint32_t most = most_connections(trials);
  if (2 * std::uint64_t{most} + kOwnDescriptors <= limit) return std::nullopt;
  return Warning{
      fmt::format("a server with {} clients and as many backend calls may need more than the {} open files "
                  "a process may have here",
                  most, limit),
      "raise the limit (ulimit -Hn), or use fewer --connections"};
}

std::vector<Warning> build_warnings(std::span<const ServerProgram> servers, std::span<const std::string> models) {
  std::vector<Warning> warnings;
  const auto check = [&](const std::string& what, const std::string& build_type) {
    if (build_type == "Release") return;
    warnings.push_back({what + " is a '" + build_type + "' build: its figures say nothing about speed",
                        "measure with the release preset (make bench)"});
  };
  check("interleave", kBuildType);
  for (const ServerProgram& server : servers) {
    const bool used = std::find(models.begin(), models.end(), server.model.name) != models.end();
    if (used) check("interleave-server-" + server.model.name, server.model.build_type);
  }
  return warnings;
}

}  // namespace interleave
