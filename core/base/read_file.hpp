// Thread-safe.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace interleave {

// The bytes of a file; nullopt: it cannot be opened. What that means, only the caller can say.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& file);

}  // namespace interleave
