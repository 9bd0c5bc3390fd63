// `interleave doctor`: gathers the facts and prints what diagnose() says of them.
#include <algorithm>
#include <array>
#include <ctime>
#include <iostream>
#include <string_view>

#include <fmt/format.h>

#include "harness/cli/commands.hpp"
#include "harness/cli/doctor.hpp"
#include "harness/cli/places.hpp"
#include "harness/process/child.hpp"
#include "harness/process/host.hpp"
#include "harness/process/proc_reading.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

constexpr int kTimerRounds = 201;  // of 1 ms: a fifth of a second, in which steal is looked at as well

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

std::vector<std::string> missing_python_packages(const Interrupt& interrupt) {
  std::vector<std::string> missing;
  for (const char* package : {"matplotlib", "numpy", "jinja2"}) {
    const std::string program = fmt::format("import importlib.util as u; print(bool(u.find_spec('{}')))", package);
    if (first_line_of({kPython, "-c", program}, interrupt) != "True") missing.emplace_back(package);
  }
  return missing;
}

DoctorFacts gather(const Places& places, const Interrupt& interrupt) {
  const CpuTopology topology = read_cpu_topology();
  DoctorFacts facts;
  facts.host = read_host(topology);
  facts.cpus_allowed = static_cast<std::uint32_t>(topology.allowed.size());
  const MachineReading before = read_machine();
  facts.timer_late_us = timer_lateness_us();
  const MachineReading after = read_machine();
  if (after.cpu_ticks > before.cpu_ticks) {
    facts.steal_percent = 100.0 * static_cast<double>(after.steal_ticks - before.steal_ticks) /
                          static_cast<double>(after.cpu_ticks - before.cpu_ticks);
  }
  facts.load_1min = after.load_1min;
  if (const auto line = first_line_in("/proc/sys/net/core/somaxconn")) facts.somaxconn = std::stoull(*line);
  if (find_program("wrk")) facts.wrk = first_line_of({"wrk", "--version"}, interrupt);
  facts.python = first_line_of({kPython, "--version"}, interrupt);
  if (facts.python) facts.python_missing = missing_python_packages(interrupt);
  facts.backend_built = find_program(places.backend().string()).has_value();
  facts.build_type = kBuildType;
  return facts;
}

std::string_view word(Health health) {
  switch (health) {
    case Health::ok:
      return "ok  ";
    case Health::warn:
      return "warn";
    case Health::fail:
      return "FAIL";
  }
  return "";
}

}  // namespace

ExitCode execute(const DoctorOptions& options, const Interrupt& interrupt) {
  bool failed = false;
  for (const Diagnosis& diagnosis : diagnose(gather(find_places(options.common.bin_dir), interrupt))) {
    std::cout << fmt::format("{}  {:<12} {}\n", word(diagnosis.health), diagnosis.subject, diagnosis.text);
    if (!diagnosis.advice.empty()) std::cout << fmt::format("{:18} -> {}\n", "", diagnosis.advice);
    failed = failed || diagnosis.health == Health::fail;
  }
  return failed ? ExitCode::failure : ExitCode::ok;
}

}  // namespace interleave
