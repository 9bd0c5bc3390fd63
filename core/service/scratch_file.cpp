#include "core/service/scratch_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

[[noreturn]] void fail(const std::filesystem::path& folder) {
  const std::string reason = std::error_code(errno, std::generic_category()).message();
  throw UsageError(folder.string() + ": cannot write a file for the 'file' steps (" + reason +
                   "): set TMPDIR to a folder with room");
}

void write_all(int fd, std::string_view text, const std::filesystem::path& folder) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) fail(folder);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

ScratchFile::ScratchFile(std::uint64_t bytes) : bytes_(bytes) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) throw UsageError("TMPDIR: " + error.message() + ": set it to a folder with room");
  std::string name = folder / "interleave-XXXXXX";
  fd_ = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd_.valid()) fail(folder);
  ::unlink(name.c_str());
  write_all(fd_.get(), std::string(bytes, 'i'), folder);
  path_ = "/proc/self/fd/" + std::to_string(fd_.get());
}

}  // namespace interleave
