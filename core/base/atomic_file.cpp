#include "core/base/atomic_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/unique_fd.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(int error, const fs::path& file) {
  const char* hint = error == ENOENT ? " (its folder is gone)" : "";
  throw std::system_error(error, std::generic_category(), "cannot write " + file.string() + hint);
}

// 0 or errno.
int write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// 0 or errno. close() is checked: some file systems report a full disk only then.
int write_and_sync(UniqueFd fd, std::string_view content) {
  if (const int error = write_all(fd.get(), content); error != 0) return error;
  if (::fsync(fd.get()) != 0) return errno;
  return ::close(fd.release()) == 0 ? 0 : errno;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Our own stdout or stderr under another name, or -1. Opened anew it would be written from its start, over what the
// program prints, and a socket cannot be opened at all.
int own_output(const struct stat& target) {
  for (const int fd : std::array{STDOUT_FILENO, STDERR_FILENO}) {
    struct stat own {};
    if (::fstat(fd, &own) == 0 && same_file(own, target)) return fd;
  }
  return -1;
}

// 0 or errno. Whoever reads our stdout may stop reading (`| head`), as with anything else we print.
int print(int fd, std::string_view content) {
  std::fflush(fd == STDOUT_FILENO ? stdout : stderr);
  const int error = write_all(fd, content);
  return error == EPIPE ? 0 : error;
}

// 0 or errno. Waits for a FIFO's reader, as any program does.
int write_directly(const fs::path& file, std::string_view content) {
  UniqueFd fd(::open(file.c_str(), O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC));
  if (!fd.valid()) return errno;
  if (const int error = write_all(fd.get(), content); error != 0) return error;
  return ::close(fd.release()) == 0 ? 0 : errno;
}

// 0 or errno.
int replace(const fs::path& file, std::string_view content) {
  const std::string temporary = file.string() + ".tmp";
  UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return errno;
  int error = write_and_sync(std::move(fd), content);
  if (error == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(temporary.c_str());
  return error;
}

// The place a path names once its symlinks are followed, though there be nothing yet.
fs::path followed(fs::path file) {
  constexpr int kMostLinks = 40;  // as the kernel
  std::error_code error;
  for (int links = 0; links < kMostLinks && fs::is_symlink(file, error); ++links) {
    const fs::path next = fs::read_symlink(file, error);
    if (error) break;
    file = file.parent_path() / next;
  }
  return file;
}

// 0 or errno.
int write(const fs::path& file, std::string_view content) {
  struct stat target {};
  if (::stat(file.c_str(), &target) != 0) return errno == ENOENT ? replace(followed(file), content) : errno;
  if (const int own = own_output(target); own >= 0) return print(own, content);
  if (!S_ISREG(target.st_mode)) return write_directly(file, content);
  const fs::path place = followed(file);
  struct stat found {};
  // Links of /proc need not lead where they say: a file that was deleted and is still open has no place left.
  const bool has_place = ::stat(place.c_str(), &found) == 0 && same_file(found, target);
  return has_place ? replace(place, content) : write_directly(file, content);
}

}  // namespace

void write_atomically(const fs::path& file, std::string_view content) {
  if (const int error = write(file, content); error != 0) fail(error, file);
}

bool can_write_file(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::is_directory(status)) return false;
  if (fs::exists(status) && !fs::is_regular_file(status)) return ::access(file.c_str(), W_OK) == 0;
  return ::access(fs::absolute(followed(file)).parent_path().c_str(), W_OK) == 0;
}

}  // namespace interleave
