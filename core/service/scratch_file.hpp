// A file for the `file` steps to read: real, in the temporary directory, but without a name, so that nothing is left
// behind however the process ends.
#pragma once
#include <cstdint>
#include <filesystem>

#include "core/base/unique_fd.hpp"

namespace interleave {

class ScratchFile {
 public:
  // Writes `bytes` bytes into a new file in std::filesystem::temp_directory_path(). Throws UsageError if it cannot be
  // written there.
  explicit ScratchFile(std::uint64_t bytes);

  // Opens it anew, by this process only: /proc/self/fd/N.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::uint64_t bytes_;
  UniqueFd fd_;
  std::filesystem::path path_;
};

}  // namespace interleave
