#include "harness/process/host.hpp"

#include <array>
#include <chrono>
#include <exception>
#include <fstream>
#include <string_view>

#include <gnu/libc-version.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/process/program.hpp"
#include "interleave_flags.hpp"

namespace interleave {
namespace {

constexpr std::chrono::seconds kToolDeadline{20};

// The value behind "key" and a separator in a file of such lines: "model name : X", "PRETTY_NAME=X".
std::optional<std::string> value_in(const std::filesystem::path& file, std::string_view key, char separator) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t at = line.find(separator);
    if (!line.starts_with(key) || at == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t\"", at + 1);
    if (begin == std::string::npos) return std::nullopt;
    return line.substr(begin, line.find_last_not_of(" \t\"") - begin + 1);
  }
  return std::nullopt;
}

// The hint the kernel gives: a hypervisor flag, and the vendor's name in the DMI table.
std::string virtualization() {
  const auto flags = value_in("/proc/cpuinfo", "flags", ':');
  if (!flags) return "unknown";
  if (flags->find("hypervisor") == std::string::npos) return "none";
  const auto vendor = first_line_in("/sys/class/dmi/id/sys_vendor");
  return vendor && !vendor->empty() ? "virtual machine (" + *vendor + ")" : "virtual machine";
}

// "wrk debian/4.1.0-3+b2 [epoll] Copyright..." -> "debian/4.1.0-3+b2".
std::string second_word(const std::string& line) {
  const std::size_t begin = line.find(' ');
  if (begin == std::string::npos) return line;
  return line.substr(begin + 1, line.find(' ', begin + 1) - begin - 1);
}

}  // namespace

std::optional<std::string> first_line_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  const std::size_t end = line.find_last_not_of(" \t\r");
  return end == std::string::npos ? std::string() : line.substr(0, end + 1);
}

std::optional<std::string> first_line_of(const std::vector<std::string>& argv, const Interrupt& interrupt) {
  try {
    const Child child = run_to_end({.name = argv.at(0), .argv = argv}, interrupt, now() + kToolDeadline);
    const std::string& text = child.out().empty() ? child.err() : child.out();
    if (text.empty()) return std::nullopt;
    return text.substr(0, text.find('\n'));
  } catch (const std::exception&) {
    return std::nullopt;  // not installed, or it hangs: for the caller that is the same
  }
}

HostFacts read_host(const CpuTopology& topology) {
  HostFacts host;
  utsname names{};
  if (::uname(&names) == 0) {
    host.hostname = names.nodename;
    host.kernel = std::string(names.sysname) + " " + names.release + " " + names.machine;
  }
  host.os = value_in("/etc/os-release", "PRETTY_NAME", '=').value_or("unknown");
  host.cpu_model = value_in("/proc/cpuinfo", "model name", ':').value_or("unknown");
  host.cpus_online = static_cast<std::uint32_t>(::sysconf(_SC_NPROCESSORS_ONLN));
  host.physical_cores = physical_cores(topology);
  host.memory_mib =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) >>
      20U;
  host.virtualization = virtualization();
  host.governor = first_line_in("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").value_or("unknown");
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) host.open_files_limit = limit.rlim_max;
  return host;
}

std::map<std::string, std::string> read_software(const Interrupt& interrupt) {
  std::map<std::string, std::string> software{
      {"compiler", "g++ " __VERSION__}, {"flags", kFlags}, {"glibc", ::gnu_get_libc_version()}};
  if (const auto wrk = first_line_of({"wrk", "--version"}, interrupt)) software["wrk"] = second_word(*wrk);
  if (const auto python = first_line_of({kPython, "--version"}, interrupt))
    software["python3"] = second_word(*python);
  constexpr std::array kPackages{"libuv1", "libhiredis0.14", "node-llhttp", "python3-matplotlib", "python3-numpy"};
  for (const char* package : kPackages) {
    const auto version = first_line_of({"dpkg-query", "-W", "-f", "${Version}\\n", package}, interrupt);
    if (version && !version->starts_with("dpkg-query")) software[package] = *version;
  }
  return software;
}

}  // namespace interleave
