// Writes a file so that a reader sees the old content or the new one, never a part: temporary file in the same
// folder, fsync, rename. On any failure (a full disk) the temporary file is removed, the old file stands, and one
// std::system_error names the file.
#pragma once
#include <filesystem>
#include <string_view>

namespace interleave {

void write_atomically(const std::filesystem::path& file, std::string_view content);

}  // namespace interleave
