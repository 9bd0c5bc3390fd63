#include "harness/process/proc_reading.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_getcpuclockid is POSIX
#include <unistd.h>

#include "core/base/unique_fd.hpp"
#include "harness/process/proc_text.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

// Whole file; empty if it cannot be read. /proc files say size 0, so read to the end.
std::string slurp(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; fd.valid() && (got = ::read(fd.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::chrono::nanoseconds from_ticks(std::uint64_t ticks) {
  static const long per_second = ::sysconf(_SC_CLK_TCK);
  return std::chrono::nanoseconds(ticks * 1'000'000'000ULL / static_cast<std::uint64_t>(per_second));
}

std::uint64_t count_entries(const fs::path& directory) {
  std::error_code error;
  std::uint64_t count = 0;
  for (fs::directory_iterator it(directory, error); !error && it != fs::directory_iterator(); it.increment(error)) {
    ++count;
  }
  return count;
}

std::chrono::nanoseconds run_wait_of_threads(const fs::path& process) {
  std::chrono::nanoseconds sum{0};
  std::error_code error;
  for (fs::directory_iterator it(process / "task", error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (const auto wait = parse_schedstat_wait(slurp(it->path() / "schedstat"))) sum += *wait;
  }
  return sum;
}

}  // namespace

std::optional<std::chrono::nanoseconds> read_process_cpu(pid_t pid) {
  clockid_t clock = 0;
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::optional<ProcessReading> read_process(pid_t pid) {
  const fs::path process = "/proc/" + std::to_string(pid);
  ProcessReading reading;
  reading.at = now();
  const auto cpu = read_process_cpu(pid);
  const auto stat = parse_pid_stat(slurp(process / "stat"));
  const std::string memory = slurp(process / "smaps_rollup");
  const auto rss = parse_kib_field(memory, "Rss:");
  // A zombie still has a stat but no memory: it has ended, whatever it was is not to be sampled any more.
  if (!cpu || !stat || !rss) return std::nullopt;
  reading.cpu = *cpu;
  reading.user = from_ticks(stat->user_ticks);
  reading.system = from_ticks(stat->system_ticks);
  reading.threads = stat->threads;
  reading.rss_kib = *rss;
  reading.pss_kib = parse_kib_field(memory, "Pss:").value_or(0);
  reading.open_fds = count_entries(process / "fd");
  reading.run_wait = run_wait_of_threads(process);
  return reading;
}

MachineReading read_machine() {
  MachineReading reading;
  reading.at = now();
  if (const auto ticks = parse_cpu_ticks(slurp("/proc/stat"))) {
    reading.cpu_ticks = ticks->total;
    reading.steal_ticks = ticks->steal;
  }
  reading.cpu_pressure = parse_pressure_some(slurp("/proc/pressure/cpu"));
  std::array<double, 1> load{};
  if (::getloadavg(load.data(), 1) == 1) reading.load_1min = load[0];
  reading.tcp_retransmits = parse_net_counter(slurp("/proc/net/snmp"), "Tcp: ", "RetransSegs").value_or(0);
  reading.listen_overflows = parse_net_counter(slurp("/proc/net/netstat"), "TcpExt: ", "ListenOverflows").value_or(0);
  return reading;
}

}  // namespace interleave
