#include "harness/process/limits.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <sys/resource.h>

#include "harness/process/host.hpp"
#include "harness/process/proc_reading.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

// A number alone in a file; "max" and anything else is none.
std::optional<std::uint64_t> number_in(const fs::path& file) {
  const std::string text = first_line_in(file).value_or("");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ThreadLimit> read_thread_limit(std::optional<std::uint64_t> user_limit, const fs::path& root) {
  std::optional<ThreadLimit> smallest;
  const auto consider = [&smallest](const std::optional<std::uint64_t>& threads, const char* name) {
    if (threads && (!smallest || *threads < smallest->threads)) smallest = ThreadLimit{*threads, name};
  };
  consider(number_in(root / "proc/sys/kernel/pid_max"), "kernel.pid_max");
  consider(number_in(root / "proc/sys/kernel/threads-max"), "kernel.threads-max");
  consider(number_in(root / "sys/fs/cgroup/pids.max"), "the container's pids.max");
  consider(number_in(root / "sys/fs/cgroup/pids/pids.max"), "the container's pids.max");
  consider(user_limit, "ulimit -u");
  return smallest;
}

std::optional<std::uint64_t> user_process_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NPROC, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_max;
}

std::optional<PortRange> read_port_range(const fs::path& root) {
  return parse_port_range(text_of(root / "proc/sys/net/ipv4/ip_local_port_range"));
}

std::optional<MemoryFacts> read_memory(const fs::path& root) {
  return parse_memory(text_of(root / "proc/meminfo"));
}

std::optional<double> read_cpu_quota(const fs::path& root) {
  const fs::path cgroup = root / "sys/fs/cgroup";
  if (const auto quota = parse_cpu_quota(text_of(cgroup / "cpu.max"))) return quota;
  return parse_cpu_quota(text_of(cgroup / "cpu/cpu.cfs_quota_us") + ' ' + text_of(cgroup / "cpu/cpu.cfs_period_us"));
}

bool read_on_battery(const fs::path& root) {
  std::error_code none;
  const auto supplies = fs::directory_iterator(root / "sys/class/power_supply", none);
  return std::any_of(begin(supplies), end(supplies), [](const fs::directory_entry& supply) {
    return first_line_in(supply.path() / "type") == "Battery" &&
           first_line_in(supply.path() / "status") == "Discharging";
  });
}

}  // namespace interleave
