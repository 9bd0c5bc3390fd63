// How set-up errors travel: an exception caught in main, printed as one line "error: ..." that says what to do.
// The per-request path never throws: it uses std::error_code (service/io_op.hpp).
#pragma once
#include <stdexcept>
#include <string>

namespace interleave {

// Exit codes of every command of the suite.
enum class ExitCode : int {
  ok = 0,
  failure = 1,
  usage = 2,
  regression = 3,
  invalid_measurement = 4,
  inconclusive = 5,  // only where it was asked for (--strict)
  not_supported = 77
};

// Wrong usage or configuration: the message names the place and what to do about it. Exit 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// This host lacks something the program needs (a kernel feature, a library). Exit 77: reported as skipped.
struct NotSupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace interleave
