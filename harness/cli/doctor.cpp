#include "harness/cli/doctor.hpp"

#include <fmt/format.h>

namespace interleave {
namespace {

Diagnosis cores(const DoctorFacts& facts) {
  const std::uint32_t cores = facts.host.physical_cores;
  if (cores >= 3)
    return {"cores", Health::ok, fmt::format("{} cores: server, generator and backend get one each", cores), ""};
  if (cores == 2) {
    return {"cores", Health::ok, "2 cores: the server gets one, generator and backend share the other", ""};
  }
  return {"cores", Health::warn, "1 core: server, generator and backend share it",
          "compare models by CPU time per request only, or use a machine with two cores"};
}

Diagnosis siblings(const DoctorFacts& facts) {
  if (facts.cpus_allowed <= facts.host.physical_cores) return {"SMT", Health::ok, "no sibling threads", ""};
  return {
      "SMT", Health::ok,
      fmt::format("{} processors on {} cores: siblings of the server's core stay unused where another core exists",
                  facts.cpus_allowed, facts.host.physical_cores),
      ""};
}

Diagnosis descriptors(const DoctorFacts& facts) {
  const std::uint64_t limit = facts.host.open_files_limit;
  const std::string text = fmt::format("at most {} open files for a process", limit);
  // A server holds one for the client and one for the backend of each connection.
  if (limit < 1024)
    return {"descriptors", Health::fail, text, "raise the hard limit: ulimit -Hn, /etc/security/limits.conf"};
  if (limit < 4096)
    return {"descriptors", Health::warn, text, "enough for about 500 connections; raise it for more: ulimit -Hn"};
  return {"descriptors", Health::ok, text, ""};
}

Diagnosis governor(const DoctorFacts& facts) {
  const std::string& name = facts.host.governor;
  if (name == "performance") return {"governor", Health::ok, name, ""};
  if (name == "unknown") return {"governor", Health::ok, "not visible (usual in a virtual machine)", ""};
  return {"governor", Health::warn, name + ": the clock rate follows the load",
          "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"};
}

Diagnosis steal(const DoctorFacts& facts) {
  const std::string text = fmt::format("{:.1f} % of the CPU time is taken by the hypervisor", facts.steal_percent);
  if (facts.steal_percent <= 2.0) return {"steal", Health::ok, text, ""};
  return {"steal", Health::warn, text, "trials above 2 % become suspect: use a quieter host, or another time"};
}

Diagnosis load(const DoctorFacts& facts) {
  const std::string text = fmt::format("{:.2f} over the last minute", facts.load_1min);
  if (facts.load_1min < 0.5 * facts.cpus_allowed) return {"load", Health::ok, text, ""};
  return {"load", Health::warn, text, "something else is running: stop it before you measure (see top)"};
}

Diagnosis backlog(const DoctorFacts& facts) {
  if (!facts.somaxconn) return {"somaxconn", Health::warn, "not readable", "see /proc/sys/net/core/somaxconn"};
  const std::string text = fmt::format("{} connections may wait to be accepted", *facts.somaxconn);
  if (*facts.somaxconn >= 1024) return {"somaxconn", Health::ok, text, ""};
  return {"somaxconn", Health::warn, text, "more at once are delayed by 1 s: sudo sysctl net.core.somaxconn=4096"};
}

Diagnosis timer(const DoctorFacts& facts) {
  if (!facts.timer_late_us) return {"timer", Health::warn, "could not be measured", "run the doctor again"};
  const std::string text = fmt::format("a 1 ms timer wakes {:.0f} us late (median)", *facts.timer_late_us);
  if (*facts.timer_late_us <= 500.0) return {"timer", Health::ok, text, ""};
  return {"timer", Health::warn, text, "the backend will be late: check CPU power management and the host's load"};
}

Diagnosis generator(const DoctorFacts& facts) {
  if (facts.wrk) return {"wrk", Health::ok, *facts.wrk, ""};
  return {"wrk", Health::fail, "not installed", "run scripts/install_deps.sh, or apt-get install wrk"};
}

Diagnosis python(const DoctorFacts& facts) {
  if (!facts.python) {
    return {"python", Health::fail, "/usr/bin/python3 is missing", "run scripts/install_deps.sh; charts need it"};
  }
  if (facts.python_missing.empty())
    return {"python", Health::ok, *facts.python + " with matplotlib, numpy and jinja2", ""};
  std::string missing;
  for (const std::string& package : facts.python_missing) missing += (missing.empty() ? "" : ", ") + package;
  return {"python", Health::fail, "/usr/bin/python3 has no " + missing,
          "run scripts/install_deps.sh; charts need it"};
}

Diagnosis build(const DoctorFacts& facts) {
  if (!facts.backend_built) return {"build", Health::fail, "interleave-backend is not there", "run make build"};
  if (facts.build_type == "Release") return {"build", Health::ok, facts.build_type, ""};
  return {"build", Health::warn, "'" + facts.build_type + "': its figures say nothing about speed",
          "measure with make bench"};
}

}  // namespace

std::vector<Diagnosis> diagnose(const DoctorFacts& facts) {
  return {cores(facts),   siblings(facts), descriptors(facts), governor(facts), steal(facts), load(facts),
          backlog(facts), timer(facts),    generator(facts),   python(facts),   build(facts)};
}

}  // namespace interleave
