// Reading a file on the calling thread, for the models whose library has nothing better.
#pragma once
#include "core/service/io_op.hpp"

namespace interleave {

// Opens, reads until the buffer is full or the file ends, closes. Blocks; thread-safe.
[[nodiscard]] IoResult read_file(const FileReadOp& op) noexcept;

}  // namespace interleave
