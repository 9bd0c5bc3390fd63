// The files a run writes: looked at before it, so that a wrong path costs no measurement, written after it.
#pragma once
#include "harness/load/generator/load_options.hpp"
#include "harness/load/generator/load_result.hpp"

namespace interleave {

// Throws UsageError, naming the file: there is no such folder, it must not be written to, or the file is a folder.
void require_output_places(const LoadOptions& options);

// All that were asked for, each atomically; the result goes to stdout where its name is "-". Throws
// std::system_error, naming the file.
void write_outputs(const LoadOptions& options, const LoadResult& result);

}  // namespace interleave
