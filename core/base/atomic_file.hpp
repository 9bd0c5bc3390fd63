// Writes a file so that a reader sees the old content or the new one, never a part: temporary file in the same
// folder, fsync, rename. On any failure (a full disk) the temporary file is removed, the old file stands, and one
// std::system_error names the file.
// A symlink stays and the file it points to is written. What is no regular file (a device, a FIFO, the shell's
// >(...)) cannot be replaced without destroying it, so it is written to as it is, and so is a file that is this
// process's own stdout or stderr (/dev/stdout): there whoever reads can see a part.
#pragma once
#include <filesystem>
#include <string_view>

namespace interleave {

void write_atomically(const std::filesystem::path& file, std::string_view content);

// Whether write_atomically() would have a place to write to, as far as can be told without trying: to be asked before
// work whose result could not be kept.
[[nodiscard]] bool can_write_file(const std::filesystem::path& file);

}  // namespace interleave
