#include "harness/cli/contestants.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "harness/cli/selection.hpp"
#include "harness/process/host.hpp"
#include "harness/process/program.hpp"
#include "harness/process/same_program.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

// "interleave 0.1.0 (2c36321abcde, Release)" of that build says what it is.
std::string identity(const fs::path& bin, const Interrupt& interrupt) {
  const auto line = first_line_of({(bin / "interleave").string(), "--version"}, interrupt);
  if (!line || line->find('(') == std::string::npos) return bin.string();
  return line->substr(line->find('(') + 1, line->rfind(')') - line->find('(') - 1);
}

// "2c36321abcde" of that; empty where a build does not say.
std::string commit_in(const std::string& identity) {
  const std::size_t comma = identity.find(", ");
  return comma == std::string::npos ? "" : identity.substr(0, comma);
}

const ServerProgram* find_server(const Discovery& found, std::string_view name) {
  const auto at = std::find_if(found.servers.begin(), found.servers.end(),
                               [&](const ServerProgram& server) { return server.model.name == name; });
  return at == found.servers.end() ? nullptr : &*at;
}

// A command of the user's as a program of the contract: the shell splits it and is then replaced by it.
ServerProgram command_server(const std::string& text, const Interrupt& interrupt) {
  constexpr std::chrono::seconds kDescribeDeadline{10};
  const std::vector<std::string> command{"/bin/sh", "-c", "exec " + text + " \"$@\"", "sh"};
  std::vector<std::string> describe = command;
  describe.emplace_back("--describe");
  const Child child = run_to_end({.name = text, .argv = std::move(describe)}, interrupt, now() + kDescribeDeadline);
  if (!child.exited()->success()) {
    throw UsageError("'" + text + " --describe' failed: " + describe_end(child) + " (see servers/README.md)");
  }
  try {
    return {command, parse_description(child.out())};
  } catch (const std::runtime_error& error) {
    throw UsageError("'" + text + " --describe': " + error.what() + " (see servers/README.md)");
  }
}

}  // namespace

fs::path bin_folder_of(const fs::path& build, const char* option) {
  for (const fs::path& folder : {build / "bin", build}) {
    if (fs::exists(folder / "interleave-backend")) return fs::absolute(folder).lexically_normal();
  }
  throw UsageError(fmt::format("{} {}: no build there (build/release, or its bin folder)", option, build.string()));
}

Contestants compare_builds(const RegressOptions& options, std::span<const std::string> wanted, const Places& places,
                           const LoadedWorkload& workload, const Interrupt& interrupt) {
  const fs::path base_bin = options.base.empty() ? places.bin_dir : bin_folder_of(options.base, "--base");
  const Discovery base = discover_servers(base_bin, {}, {}, interrupt);
  const Discovery head = discover_servers(places.bin_dir, {}, {}, interrupt);
  const Selection selection = select_cells(head, std::span(&workload, 1), wanted);
  Contestants contestants;
  contestants.notes = selection.notes;
  for (const SkippedModel& skipped : head.skipped) {
    contestants.notes.push_back(skipped.model + ": skipped, " + skipped.reason);
  }
  for (const std::string& model : selection.models) {
    const ServerProgram* old = find_server(base, model);
    const ServerProgram& own = server_named(head, model);
    if (old != nullptr && same_program(old->command.front(), own.command.front())) {
      contestants.identical.push_back(model);
      continue;
    }
    if (old != nullptr) {
      contestants.models.emplace(model, Contest{*old, own});
      continue;
    }
    if (!wanted.empty()) throw UsageError("model '" + model + "' is not in the base: nothing to compare");
    contestants.notes.push_back(model + ": not in the base, so not compared");
  }
  contestants.sides = {.base = options.base_name.empty() ? identity(base_bin, interrupt) : options.base_name,
                       .head = identity(places.bin_dir, interrupt)};
  contestants.head_commit = commit_in(contestants.sides.head);
  return contestants;
}

Contestants compare_commands(const std::string& base, const std::string& head, const Interrupt& interrupt) {
  Contest contest{command_server(base, interrupt), command_server(head, interrupt)};
  const std::string name = contest.head.model.name;
  Contestants contestants;
  contestants.models.emplace(name, std::move(contest));
  contestants.sides = {.base = base, .head = head};
  return contestants;
}

}  // namespace interleave
