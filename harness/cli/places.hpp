// Where things lie: the project's files, found from the place of this executable, and the programs of this build.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/workload/workload.hpp"
#include "harness/driver/driver.hpp"
#include "harness/record/portable.hpp"

namespace interleave {

struct Places {
  std::filesystem::path root;                           // the project: workloads/, harness/plans/, results/
  std::filesystem::path bin_dir;                        // interleave-backend and interleave-server-*
  std::vector<std::filesystem::path> external_servers;  // folders of their files

  [[nodiscard]] std::filesystem::path workloads() const { return root / "workloads"; }
  [[nodiscard]] std::filesystem::path plans() const { return root / "harness" / "plans"; }
  [[nodiscard]] std::filesystem::path claims() const { return plans() / "claims"; }
  [[nodiscard]] std::filesystem::path results() const { return root / "results"; }
  [[nodiscard]] DriverFiles driver_files() const {
    return {.wrk_script = root / "harness" / "load" / "wrk_report.lua",
            .interleave_load = bin_dir / "interleave-load"};
  }
  [[nodiscard]] std::filesystem::path backend() const { return bin_dir / "interleave-backend"; }
};

// The root is the environment variable INTERLEAVE_ROOT, else the nearest folder above the executable that holds
// workloads/ and harness/load/wrk_report.lua. `bin_dir` empty: the executable's folder; `external_servers` empty:
// servers/external. Throws UsageError.
[[nodiscard]] Places find_places(const std::filesystem::path& bin_dir,
                                 const std::vector<std::filesystem::path>& external_servers = {});

// What a stored result must not name: the project's folder and the user's.
[[nodiscard]] PrivateFolders private_folders(const Places& places);

// Stems of the .toml files in a folder, sorted; none if it does not exist.
[[nodiscard]] std::vector<std::string> names_in(const std::filesystem::path& folder);

// A name becomes the file in `folder`; what has a slash or ends in .toml is a file already. `noun` names it in
// messages. Throws UsageError, with a suggestion, if there is none.
[[nodiscard]] std::filesystem::path resolve_name(const std::string& name, const std::filesystem::path& folder,
                                                 std::string_view noun);

struct LoadedWorkload {
  std::filesystem::path file;  // absolute
  std::string source;          // its text
  Workload workload;
};

// Throws UsageError.
[[nodiscard]] LoadedWorkload load_named_workload(const std::string& name, const Places& places);
[[nodiscard]] LoadedWorkload load_workload_file(const std::filesystem::path& file);

}  // namespace interleave
