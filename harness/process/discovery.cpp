#include "harness/process/discovery.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "core/base/error.hpp"
#include "harness/process/program.hpp"

namespace interleave {
namespace {

constexpr std::string_view kPrefix = "interleave-server-";
constexpr std::chrono::seconds kDescribeDeadline{10};

// By name, so that the order is the same on every file system.
std::map<std::string, std::filesystem::path> server_programs(const std::filesystem::path& folder) {
  std::map<std::string, std::filesystem::path> programs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with(kPrefix) || !entry.is_regular_file()) continue;
    if (::access(entry.path().c_str(), X_OK) != 0) continue;
    programs.emplace(file.substr(kPrefix.size()), entry.path());
  }
  return programs;
}

ModelDescription ask(const std::string& name, const std::filesystem::path& program, const Interrupt& interrupt) {
  const Child child = run_to_end({.name = program.filename().string(), .argv = {program.string(), "--describe"}},
                                 interrupt, now() + kDescribeDeadline);
  if (child.exited()->code == static_cast<int>(ExitCode::not_supported)) {
    const std::string reason = child.last_error_line();
    throw ProgramNotSupported(reason.empty() ? "not supported on this host" : reason);
  }
  if (!child.exited()->success()) throw ProgramError("--describe failed: " + describe_end(child));
  ModelDescription model = parse_description(child.out());
  if (model.name != name) throw ProgramError("calls itself '" + model.name + "'; the name must be the file's");
  return model;
}

}  // namespace

Discovery discover_servers(const std::filesystem::path& folder, const Interrupt& interrupt) {
  Discovery found;
  for (const auto& [name, program] : server_programs(folder)) {
    try {
      found.servers.push_back({program, ask(name, program, interrupt)});
    } catch (const std::exception& error) {
      found.skipped.push_back({name, error.what()});
    }
  }
  if (found.servers.empty() && found.skipped.empty()) {
    throw UsageError("no interleave-server-* in " + folder.string() + ": build the project (make build)");
  }
  return found;
}

}  // namespace interleave
