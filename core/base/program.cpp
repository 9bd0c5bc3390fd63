#include "core/base/program.hpp"

#include <cstdio>
#include <exception>

#include <sys/resource.h>

#include "core/base/standard_output.hpp"

namespace interleave {
namespace {

int report(const char* message, ExitCode code) noexcept {
  std::fprintf(stderr, "error: %s\n", message);
  return static_cast<int>(code);
}

}  // namespace

int run_program(const std::function<ExitCode()>& body) noexcept {
  try {
    occupy_standard_descriptors();
    const ExitCode code = body();
    flush_stdout();
    return static_cast<int>(code);
  } catch (const UsageError& error) {
    return report(error.what(), ExitCode::usage);
  } catch (const NotSupported& error) {
    return report(error.what(), ExitCode::not_supported);
  } catch (const std::exception& error) {
    return report(error.what(), ExitCode::failure);
  }
}

void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace interleave
