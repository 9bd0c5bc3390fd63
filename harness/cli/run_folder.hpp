// The folder of one run: made once, locked while a harness writes to it, and pointed to by results/latest when
// complete.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/unique_fd.hpp"

namespace interleave {

// "20250131T120000Z-0123456789ab-host" from "2025-01-31T12:00:00Z".
[[nodiscard]] std::string run_name(std::string_view utc, std::string_view commit);

class RunFolder {
 public:
  // `out` empty: `results`/`name`. Throws UsageError if the folder holds a run already, cannot be made or not
  // written.
  [[nodiscard]] static RunFolder create(const std::filesystem::path& out, const std::filesystem::path& results,
                                        const std::string& name);
  // An existing run, whose record is there. Throws UsageError if another harness writes to it.
  [[nodiscard]] static RunFolder open(const std::filesystem::path& folder, const std::filesystem::path& results,
                                      const char* record = "run.json");

  // Removes the scratch folder.
  ~RunFolder();
  RunFolder(RunFolder&&) noexcept = default;
  RunFolder& operator=(RunFolder&&) = delete;
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  // For files that do not outlive a trial.
  [[nodiscard]] const std::filesystem::path& scratch() const noexcept { return scratch_; }
  // Makes the symlink `latest` beside the folder point here, atomically; only in the project's results folder.
  void point_latest_here() const;

 private:
  RunFolder(std::filesystem::path path, std::filesystem::path results);

  std::filesystem::path path_;
  std::filesystem::path results_;
  std::filesystem::path scratch_;
  UniqueFd lock_;
};

}  // namespace interleave
