#include "core/base/atomic_file.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/unique_fd.hpp"

namespace interleave {
namespace {

[[noreturn]] void fail(int error, const std::filesystem::path& file) {
  const char* hint = error == ENOENT ? " (its folder is gone)" : "";
  throw std::system_error(error, std::generic_category(), "cannot write " + file.string() + hint);
}

// 0 or errno. close() is checked: some file systems report a full disk only then.
int write_and_sync(UniqueFd fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd.get()) != 0) return errno;
  return ::close(fd.release()) == 0 ? 0 : errno;
}

}  // namespace

void write_atomically(const std::filesystem::path& file, std::string_view content) {
  std::string temporary = file.string() + ".tmp";
  UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) fail(errno, file);
  int error = write_and_sync(std::move(fd), content);
  if (error == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    fail(error, file);
  }
}

}  // namespace interleave
