#include "core/base/program.hpp"

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/eventfd.h>
#include <sys/resource.h>

#include "core/base/standard_output.hpp"
#include "core/base/unique_fd.hpp"

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

void require_descriptors(std::size_t count) {
  std::vector<UniqueFd> taken(count);
  for (UniqueFd& fd : taken) {
    fd.reset(::eventfd(0, EFD_CLOEXEC));
    if (fd.valid()) continue;
    throw std::runtime_error("too few descriptors: this program needs " + std::to_string(count) +
                             " and one for each connection; raise the limit (ulimit -n 1024)");
  }
}

void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace interleave
