// What every main() of the suite shares: the only catch-all, and the limits a program raises for itself.
#pragma once
#include <cstddef>
#include <functional>

#include "core/base/error.hpp"

namespace interleave {

// Runs `body` and returns the process's exit code: what it returns, or for an exception one line "error: ..." on
// stderr and 2 for UsageError, 77 for NotSupported, 1 for anything else, output that did not reach stdout among it.
[[nodiscard]] int run_program(const std::function<ExitCode()>& body) noexcept;

// Raises the soft limit of descriptors, often 1024, to the hard one: a connection is a descriptor. A limit that
// cannot be raised is left; what then fails says so itself.
void raise_descriptor_limit() noexcept;

// Throws std::runtime_error unless that many descriptors can be opened now. For what a library takes at its start and
// cannot do without: libuv ends the process if it gets no pipe.
void require_descriptors(std::size_t count);

}  // namespace interleave
