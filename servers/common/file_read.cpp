#include "servers/common/file_read.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/unique_fd.hpp"

namespace interleave {

IoResult read_file(const FileReadOp& op) noexcept {
  const UniqueFd file(::open(op.path->c_str(), O_RDONLY | O_CLOEXEC));
  IoResult result;
  bool at_end = false;
  while (file.valid() && !at_end && result.bytes < op.buffer.size()) {
    const auto rest = op.buffer.subspan(result.bytes);
    const ssize_t count = ::read(file.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      result.error = {errno, std::generic_category()};
      return result;
    }
    at_end = count == 0;
    result.bytes += static_cast<std::size_t>(count);
  }
  if (!file.valid()) result.error = {errno, std::generic_category()};
  return result;
}

}  // namespace interleave
