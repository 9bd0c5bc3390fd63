#include "harness/load/generator/proc_self.hpp"

#include <array>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/unique_fd.hpp"

namespace interleave {
namespace {

// The beginning of a file of /proc; nothing if no descriptor is left, which is one of the faults a run lives with.
std::string beginning_of(const char* path) {
  const UniqueFd file(::open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text;
  const ssize_t size = file.valid() ? ::read(file.get(), text.data(), text.size()) : 0;
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

}  // namespace

std::optional<CpuTicks> read_cpu_ticks() {
  return parse_cpu_ticks(beginning_of("/proc/stat"));
}

std::uint64_t read_peak_memory_kib() {
  return parse_kib_field(beginning_of("/proc/self/status"), "VmHWM:").value_or(0);
}

double steal_between(const std::optional<CpuTicks>& before, const std::optional<CpuTicks>& after) noexcept {
  if (!before || !after || after->total <= before->total || after->steal < before->steal) return 0;
  return static_cast<double>(after->steal - before->steal) / static_cast<double>(after->total - before->total);
}

}  // namespace interleave
