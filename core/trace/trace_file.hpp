// A trace as a file: a header of 40 bytes, then the events, little-endian. The format is documented in
// docs/tracing.md; kVersion changes when it does.
#pragma once
#include <filesystem>

#include "core/trace/trace_recorder.hpp"

namespace interleave {

// Whole or not at all. Throws std::system_error.
void write_trace(const std::filesystem::path& file, const Trace& trace);

// Throws std::runtime_error with one line that says what is wrong: no such file, no trace, another version, cut
// short.
[[nodiscard]] Trace read_trace(const std::filesystem::path& file);

}  // namespace interleave
