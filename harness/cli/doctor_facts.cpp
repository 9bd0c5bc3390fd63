#include "harness/cli/doctor_facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <iterator>
#include <sstream>
#include <system_error>

#include <unistd.h>

#include "core/base/clock.hpp"
#include "harness/process/child.hpp"
#include "harness/process/cpus.hpp"
#include "harness/process/host.hpp"
#include "harness/process/proc_reading.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

constexpr int kTimerRounds = 201;  // of 1 ms: a fifth of a second, in which steal is looked at as well
constexpr std::uint64_t kMib = 1024UL * 1024;

// How late a blocking 1 ms wait returns, in the median.
double timer_lateness_us() {
  std::array<double, kTimerRounds> late{};
  for (double& value : late) {
    const TimePoint start = now();
    const timespec wait{0, 1'000'000};
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, nullptr);
    value = std::chrono::duration<double, std::micro>(now() - start).count() - 1000.0;
  }
  std::nth_element(late.begin(), late.begin() + kTimerRounds / 2, late.end());
  return late[kTimerRounds / 2];
}

void watch_machine(DoctorFacts& facts) {
  const MachineReading before = read_machine();
  facts.timer_late_us = timer_lateness_us();
  const MachineReading after = read_machine();
  if (after.cpu_ticks > before.cpu_ticks) {
    facts.steal_percent = 100.0 * static_cast<double>(after.steal_ticks - before.steal_ticks) /
                          static_cast<double>(after.cpu_ticks - before.cpu_ticks);
  }
  facts.load_1min = after.load_1min;
}

std::optional<std::uint64_t> read_somaxconn() {
  const std::string text = first_line_in("/proc/sys/net/core/somaxconn").value_or("");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::vector<std::string> missing_python_packages(const Interrupt& interrupt) {
  // Imported and not only looked for: what is there may be broken, or another version may stand before it.
  const char* program = R"(import importlib
missing = []
for name in ("matplotlib", "numpy", "jinja2"):
    try:
        importlib.import_module(name)
    except Exception:
        missing.append(name)
print(*missing)
)";
  std::istringstream names(first_line_of({kPython, "-c", program}, interrupt).value_or("its import system"));
  return {std::istream_iterator<std::string>(names), {}};
}

void read_tools(DoctorFacts& facts, const Places& places, const Interrupt& interrupt) {
  if (find_program("wrk")) facts.wrk = first_line_of({"wrk", "--version"}, interrupt);
  if (find_program("redis-cli")) facts.redis_cli = first_line_of({"redis-cli", "--version"}, interrupt);
  facts.python = first_line_of({kPython, "--version"}, interrupt);
  if (facts.python) facts.python_missing = missing_python_packages(interrupt);
  if (!find_program(places.backend().string())) facts.not_built.push_back(places.backend().filename().string());
  facts.build_type = kBuildType;
}

// The folder itself is made by the first run: until then what counts is the one above it.
void read_disk(DoctorFacts& facts, const Places& places) {
  facts.results = places.results();
  std::error_code error;
  const fs::path folder = fs::exists(facts.results, error) ? facts.results : places.root;
  facts.results_writable = ::access(folder.c_str(), W_OK | X_OK) == 0;
  const fs::space_info space = fs::space(folder, error);
  if (!error) facts.disk_free_mib = space.available / kMib;
}

}  // namespace

DoctorFacts read_doctor_facts(const Places& places, const Interrupt& interrupt) {
  const CpuTopology topology = read_cpu_topology();
  DoctorFacts facts;
  facts.host = read_host(topology);
  facts.cpus_allowed = static_cast<std::uint32_t>(topology.allowed.size());
  facts.cpu_quota = read_cpu_quota();
  watch_machine(facts);
  facts.memory = read_memory();
  facts.on_battery = read_on_battery();
  facts.somaxconn = read_somaxconn();
  facts.ports = read_port_range();
  facts.threads = read_thread_limit(user_process_limit());
  read_disk(facts, places);
  read_tools(facts, places, interrupt);
  return facts;
}

}  // namespace interleave
