#include "harness/cli/places.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/base/error.hpp"
#include "core/workload/load_workload.hpp"
#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

bool is_root(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "workloads", ignored) &&
         fs::exists(folder / "harness/load/wrk_report.lua", ignored);
}

fs::path find_root(const fs::path& executable) {
  if (const char* named = std::getenv("INTERLEAVE_ROOT")) {
    if (is_root(named)) return fs::absolute(named);
    throw UsageError(std::string("INTERLEAVE_ROOT '") + named +
                     "' is not the project's folder: workloads/ is not there");
  }
  for (fs::path folder = executable.parent_path(); folder != folder.root_path(); folder = folder.parent_path()) {
    if (is_root(folder)) return folder;
  }
  throw UsageError("the project's files are not above " + executable.string() +
                   ": set INTERLEAVE_ROOT to its folder");
}

}  // namespace

Places find_places(const fs::path& bin_dir, const std::vector<fs::path>& external_servers) {
  const fs::path executable = fs::read_symlink("/proc/self/exe");
  Places places;
  places.root = find_root(executable);
  places.bin_dir = bin_dir.empty() ? executable.parent_path() : fs::absolute(bin_dir);
  if (!fs::is_directory(places.bin_dir)) throw UsageError("--bin-dir " + bin_dir.string() + ": no such folder");
  for (const fs::path& folder : external_servers) {
    if (!fs::is_directory(folder)) throw UsageError("--servers " + folder.string() + ": no such folder");
    places.external_servers.push_back(fs::absolute(folder));
  }
  if (external_servers.empty()) places.external_servers.push_back(places.root / "servers" / "external");
  return places;
}

PrivateFolders private_folders(const Places& places) {
  const char* home = std::getenv("HOME");
  return {places.root, home != nullptr ? home : ""};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path resolve_name(const std::string& name, const fs::path& folder, std::string_view noun) {
  if (name.find('/') != std::string::npos || name.ends_with(".toml")) {
    if (!fs::exists(name)) throw UsageError(std::string(noun) + " file " + name + ": no such file");
    return fs::absolute(name);
  }
  const std::vector<std::string> wanted{name};
  require_known(noun, wanted, names_in(folder));
  return folder / (name + ".toml");
}

LoadedWorkload load_named_workload(const std::string& name, const Places& places) {
  return load_workload_file(resolve_name(name, places.workloads(), "workload"));
}

LoadedWorkload load_workload_file(const fs::path& file) {
  LoadedWorkload loaded;
  loaded.file = fs::absolute(file);
  std::ifstream in(loaded.file);
  loaded.source.assign(std::istreambuf_iterator<char>(in), {});
  loaded.workload = load_workload(loaded.file);
  return loaded;
}

}  // namespace interleave
