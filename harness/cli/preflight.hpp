// What must be there before the first trial runs, and what the reader must know of it.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "harness/cli/places.hpp"
#include "harness/plan/plan.hpp"
#include "harness/process/discovery.hpp"
#include "harness/record/validity.hpp"

namespace interleave {

// Throws UsageError: the backend or a generator of these trials is not there.
void require_tools(const Places& places, std::span<const TrialSpec> trials);

// Most open files of a process, of a limit that programs raise themselves as far as they may.
[[nodiscard]] std::uint64_t descriptor_limit();

// Throws UsageError where the generator could not open the connections of a trial. Pure.
void require_descriptors(std::span<const TrialSpec> trials, std::uint64_t limit);
// Where a server with a backend call on each of its connections could not. Pure.
[[nodiscard]] std::optional<Warning> descriptor_warning(std::span<const TrialSpec> trials, std::uint64_t limit);

// Programs that are no release builds: their figures say nothing about speed. Pure.
[[nodiscard]] std::vector<Warning> build_warnings(std::span<const ServerProgram> servers,
                                                  std::span<const std::string> models);

}  // namespace interleave
