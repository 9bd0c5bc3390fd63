#include "harness/process/discovery.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
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

std::string join(std::span<const std::string> options) {
  std::string joined;
  for (const std::string& option : options) joined += " " + option;
  return joined;
}

// Whether it is given there, so that nobody may give it again.
bool sets(const Variant& variant, const std::string& option) {
  return std::any_of(variant.options.begin(), variant.options.end(),
                     [&](const std::string& word) { return word == option || word.starts_with(option + "="); });
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

  void add(const Variant& variant) {
    const auto fail = [&](const std::string& why) { throw UsageError("--variant '" + variant.name + "': " + why); };
    if (files_.contains(variant.name)) fail("there is a server of that name; choose another");
    const ServerProgram* const original = find(variant.model);
    if (original == nullptr) fail(why_not(variant.model));
    ServerProgram program = *original;
    program.command.insert(program.command.end(), variant.options.begin(), variant.options.end());
    try {
      program.model = ask(variant.model, program.command, interrupt_);
    } catch (const ProgramError& error) {
      fail(error.what());
    }
    program.model.name = variant.name;
    program.model.summary += " [" + variant.model + join(variant.options) + "]";
    std::erase_if(program.model.options, [&](const std::string& option) { return sets(variant, option); });
    files_.emplace(variant.name, variant.model);
    variants_.push_back(std::move(program));
  }

  Discovery take() {
    std::move(variants_.begin(), variants_.end(), std::back_inserter(found_.servers));
    return std::move(found_);
  }

 private:
  void require_new(const std::string& name, const std::filesystem::path& file) {
    const auto [before, is_new] = files_.emplace(name, file);
    if (is_new) return;
    throw UsageError("two servers are named '" + name + "': " + before->second.string() + " and " + file.string() +
                     "; rename one");
  }

  [[nodiscard]] const ServerProgram* find(const std::string& model) const {
    const auto at = std::find_if(found_.servers.begin(), found_.servers.end(),
                                 [&](const ServerProgram& server) { return server.model.name == model; });
    return at == found_.servers.end() ? nullptr : &*at;
  }

  // Why there is no server of that name.
  [[nodiscard]] std::string why_not(const std::string& model) const {
    for (const SkippedModel& skipped : found_.skipped) {
      if (skipped.model == model) return "model '" + model + "' cannot run here: " + skipped.reason;
    }
    std::vector<std::string_view> known;
    for (const ServerProgram& server : found_.servers) known.emplace_back(server.model.name);
    return "unknown model '" + model + "'" + did_you_mean(model, known) + "; `interleave list models` shows all";
  }

  const Interrupt& interrupt_;
  Discovery found_;
  std::vector<ServerProgram> variants_;
  std::map<std::string, std::filesystem::path> files_;
};

}  // namespace

Discovery discover_servers(const std::filesystem::path& bin_dir,
                           std::span<const std::filesystem::path> external_folders, std::span<const Variant> variants,
                           const Interrupt& interrupt) {
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
  for (const Variant& variant : variants) finder.add(variant);
  return finder.take();
}

}  // namespace interleave
