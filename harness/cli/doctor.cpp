#include "harness/cli/doctor.hpp"

#include <fmt/format.h>

namespace interleave {
namespace {

Diagnosis cores(const DoctorFacts& facts) {
  const std::uint32_t cores = facts.host.physical_cores;
  if (facts.cpu_quota && *facts.cpu_quota < facts.cpus_allowed) {
    return {"cores", Health::warn, fmt::format("a container's quota of {:.2g} cores", *facts.cpu_quota),
            "who uses it up stands still: start the container without a limit on CPU time (as --cpus)"};
  }
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

Diagnosis threads(const DoctorFacts& facts) {
  if (!facts.threads) return {"threads", Health::warn, "no limit is readable", "see /proc/sys/kernel/pid_max"};
  const std::string text = fmt::format("at most {} ({})", facts.threads->threads, facts.threads->limited_by);
  // A model with a thread for each connection, and everything else that runs here.
  if (facts.threads->threads < 1024) return {"threads", Health::fail, text, "raise " + facts.threads->limited_by};
  if (facts.threads->threads < 16'384) {
    return {"threads", Health::warn, text,
            "too few for models that use thousands: raise " + facts.threads->limited_by};
  }
  return {"threads", Health::ok, text, ""};
}

Diagnosis ports(const DoctorFacts& facts) {
  if (!facts.ports) return {"ports", Health::warn, "not readable", "see /proc/sys/net/ipv4/ip_local_port_range"};
  const std::string text = fmt::format("{} for outgoing connections ({} to {})", facts.ports->size(),
                                       facts.ports->first, facts.ports->last);
  // Closed ones stay in TIME_WAIT for a minute; 28,232 is what Linux comes with.
  if (facts.ports->size() >= 20'000) return {"ports", Health::ok, text, ""};
  return {"ports", Health::warn, text,
          "servers that close each connection use them up: sudo sysctl net.ipv4.ip_local_port_range='32768 60999'"};
}

Diagnosis governor(const DoctorFacts& facts) {
  const std::string& name = facts.host.governor;
  if (name == "performance") return {"governor", Health::ok, name, ""};
  if (name == "unknown") return {"governor", Health::ok, "not visible (usual in a virtual machine)", ""};
  return {"governor", Health::warn, name + ": the clock rate follows the load",
          "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"};
}

Diagnosis power(const DoctorFacts& facts) {
  if (!facts.on_battery) return {"power", Health::ok, "not on battery", ""};
  return {"power", Health::warn, "on battery: the clock rate is lowered to save it", "plug the machine in"};
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

Diagnosis memory(const DoctorFacts& facts) {
  if (!facts.memory) return {"memory", Health::warn, "not readable", "see /proc/meminfo"};
  const std::string text =
      fmt::format("{} MiB available, {} MiB in swap", facts.memory->available_mib, facts.memory->swap_used_mib);
  if (facts.memory->available_mib < 512)
    return {"memory", Health::warn, text, "processes will be swapped out or killed: end what is not needed"};
  if (facts.memory->swap_used_mib > 0) {
    return {"memory", Health::warn, text,
            "what comes back from swap looks like latency: sudo swapoff -a && sudo swapon -a"};
  }
  return {"memory", Health::ok, text, ""};
}

Diagnosis disk(const DoctorFacts& facts) {
  const std::string where = facts.results.string();
  if (!facts.results_writable)
    return {"disk", Health::fail, where + " cannot be written", "change its owner, or use --out"};
  if (!facts.disk_free_mib) return {"disk", Health::warn, where + ": free space is not readable", "see df"};
  const std::string text = fmt::format("{} MiB free in {}", *facts.disk_free_mib, where);
  // A trial's file has up to a few MiB.
  if (*facts.disk_free_mib < 64) return {"disk", Health::fail, text, "make room, or use --out"};
  if (*facts.disk_free_mib < 1024) return {"disk", Health::warn, text, "a long run may need more: make room"};
  return {"disk", Health::ok, text, ""};
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

Diagnosis redis(const DoctorFacts& facts) {
  if (facts.redis_cli) return {"redis-cli", Health::ok, *facts.redis_cli, ""};
  return {"redis-cli", Health::warn, "not installed",
          "only tests and experiments by hand need it: apt-get install redis-tools"};
}

Diagnosis python(const DoctorFacts& facts) {
  if (!facts.python) {
    return {"python", Health::fail, "/usr/bin/python3 is missing", "run scripts/install_deps.sh; charts need it"};
  }
  if (facts.python_missing.empty())
    return {"python", Health::ok, *facts.python + " with matplotlib, numpy and jinja2", ""};
  return {"python", Health::fail,
          fmt::format("/usr/bin/python3 cannot import {}", fmt::join(facts.python_missing, ", ")),
          "run scripts/install_deps.sh; charts need it"};
}

Diagnosis build(const DoctorFacts& facts) {
  if (!facts.not_built.empty())
    return {"build", Health::fail, fmt::format("{} not there", fmt::join(facts.not_built, ", ")), "run make build"};
  if (facts.build_type == "Release") return {"build", Health::ok, facts.build_type, ""};
  return {"build", Health::warn, "'" + facts.build_type + "': its figures say nothing about speed",
          "measure with make bench"};
}

}  // namespace

std::vector<Diagnosis> diagnose(const DoctorFacts& facts) {
  return {cores(facts),  siblings(facts),    governor(facts), power(facts),   steal(facts), load(facts),
          memory(facts), descriptors(facts), threads(facts),  backlog(facts), ports(facts), timer(facts),
          disk(facts),   generator(facts),   redis(facts),    python(facts),  build(facts)};
}

std::string_view to_string(Health health) noexcept {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warn:
      return "warn";
    case Health::fail:
      break;
  }
  return "fail";
}

}  // namespace interleave
