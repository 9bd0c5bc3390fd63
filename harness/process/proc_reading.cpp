#include "harness/process/proc_reading.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_getcpuclockid is POSIX
#include <unistd.h>

#include "core/base/unique_fd.hpp"
#include "harness/process/proc_text.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

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

// Text of a file, and then others may run.
std::string text_in_turn(const fs::path& file) {
  std::string text = text_of(file);
  std::this_thread::yield();
  return text;
}

std::chrono::nanoseconds run_wait_of_threads(const fs::path& process) {
  std::chrono::nanoseconds sum{0};
  std::error_code error;
  for (fs::directory_iterator it(process / "task", error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (const auto wait = parse_schedstat_wait(text_in_turn(it->path() / "schedstat"))) sum += *wait;
  }
  return sum;
}

// nullopt: it has no memory.
std::optional<ProcessDetail> read_detail(const fs::path& process) {
  const std::string memory = text_in_turn(process / "smaps_rollup");
  const auto rss = parse_kib_field(memory, "Rss:");
  if (!rss) return std::nullopt;
  ProcessDetail detail;
  detail.rss_kib = *rss;
  detail.pss_kib = parse_kib_field(memory, "Pss:").value_or(0);
  detail.open_fds = count_entries(process / "fd");
  std::this_thread::yield();
  detail.run_wait = run_wait_of_threads(process);
  return detail;
}

}  // namespace

std::string text_of(const fs::path& file) {
  // /proc files say size 0, so read to the end.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; fd.valid() && (got = ::read(fd.get(), buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::optional<std::chrono::nanoseconds> read_process_cpu(pid_t pid) {
  clockid_t clock = 0;
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::optional<ProcessReading> read_process(pid_t pid, Look look) {
  const fs::path process = "/proc/" + std::to_string(pid);
  ProcessReading reading;
  reading.at = now();
  const auto cpu = read_process_cpu(pid);
  const auto stat = parse_pid_stat(text_in_turn(process / "stat"));
  // A zombie has a stat, but what it was is over.
  if (!cpu || !stat || stat->ended) return std::nullopt;
  reading.cpu = *cpu;
  reading.user = from_ticks(stat->user_ticks);
  reading.system = from_ticks(stat->system_ticks);
  reading.threads = stat->threads;
  if (look == Look::whole) reading.detail = read_detail(process);
  return reading;
}

MachineReading read_machine() {
  MachineReading reading;
  reading.at = now();
  if (const auto ticks = parse_cpu_ticks(text_in_turn("/proc/stat"))) {
    reading.cpu_ticks = ticks->total;
    reading.steal_ticks = ticks->steal;
  }
  reading.cpu_pressure = parse_pressure_some(text_in_turn("/proc/pressure/cpu"));
  std::array<double, 1> load{};
  if (::getloadavg(load.data(), 1) == 1) reading.load_1min = load[0];
  reading.tcp_retransmits = parse_net_counter(text_in_turn("/proc/net/snmp"), "Tcp: ", "RetransSegs").value_or(0);
  reading.listen_overflows =
      parse_net_counter(text_of("/proc/net/netstat"), "TcpExt: ", "ListenOverflows").value_or(0);
  return reading;
}

}  // namespace interleave
