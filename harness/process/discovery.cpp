#include "harness/process/discovery.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "core/base/error.hpp"
#include "harness/process/external_server.hpp"
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

ModelDescription ask(const std::string& name, std::vector<std::string> command, const Interrupt& interrupt) {
  command.emplace_back("--describe");
  const Child child = run_to_end({.name = name, .argv = std::move(command)}, interrupt, now() + kDescribeDeadline);
  if (child.exited()->code == static_cast<int>(ExitCode::not_supported)) {
    const std::string reason = child.last_error_line();
    throw ProgramNotSupported(reason.empty() ? "not supported on this host" : reason);
  }
  if (!child.exited()->success()) throw ProgramError("--describe failed: " + describe_end(child));
  ModelDescription model = parse_description(child.out());
  if (model.name != name) throw ProgramError("calls itself '" + model.name + "'; the name must be the file's");
  return model;
}

class Finder {
 public:
  explicit Finder(const Interrupt& interrupt) : interrupt_(interrupt) {}

  void add(const std::string& name, const std::vector<std::string>& command, const std::filesystem::path& file) {
    require_new(name, file);
    try {
      found_.servers.push_back({command, ask(name, command, interrupt_)});
    } catch (const std::exception& error) {
      found_.skipped.push_back({name, error.what()});
    }
  }

  void add(const ExternalServer& server) {
    if (find_program(server.command.front())) return add(server.name, server.command, server.file);
    require_new(server.name, server.file);
    std::string reason = server.command.front() + " is not installed";
    if (!server.install.empty()) reason += ": " + server.install;
    found_.skipped.push_back({server.name, std::move(reason)});
  }

  Discovery take() { return std::move(found_); }

 private:
  void require_new(const std::string& name, const std::filesystem::path& file) {
    const auto [before, is_new] = files_.emplace(name, file);
    if (is_new) return;
    throw UsageError("two servers are named '" + name + "': " + before->second.string() + " and " + file.string() +
                     "; rename one");
  }

  const Interrupt& interrupt_;
  Discovery found_;
  std::map<std::string, std::filesystem::path> files_;
};

}  // namespace

Discovery discover_servers(const std::filesystem::path& bin_dir,
                           std::span<const std::filesystem::path> external_folders, const Interrupt& interrupt) {
  const auto programs = server_programs(bin_dir);
  if (programs.empty()) {
    throw UsageError("no interleave-server-* in " + bin_dir.string() + ": build the project (make build)");
  }
  std::vector<ExternalServer> externals;  // all files first: a mistake in one is said before anything is started
  for (const std::filesystem::path& folder : external_folders) {
    std::vector<ExternalServer> servers = load_external_servers(folder, bin_dir);
    std::move(servers.begin(), servers.end(), std::back_inserter(externals));
  }
  Finder finder(interrupt);
  for (const auto& [name, program] : programs) finder.add(name, {program.string()}, program);
  for (const ExternalServer& server : externals) finder.add(server);
  return finder.take();
}

}  // namespace interleave
