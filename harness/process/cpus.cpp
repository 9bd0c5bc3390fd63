#include "harness/process/cpus.hpp"

#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include <sched.h>

namespace interleave {
namespace {

int read_number(const std::filesystem::path& file, int otherwise) {
  std::ifstream in(file);
  int value = otherwise;
  return in >> value ? value : otherwise;
}

// Cores in order of their first processor; each with its processors.
std::vector<std::vector<std::uint32_t>> cores_of(const CpuTopology& topology) {
  std::vector<std::vector<std::uint32_t>> cores;
  std::map<std::pair<int, int>, std::size_t> seen;
  for (const Cpu& cpu : topology.allowed) {
    const auto [at, fresh] = seen.try_emplace({cpu.package, cpu.core}, cores.size());
    if (fresh) cores.emplace_back();
    cores[at->second].push_back(cpu.id);
  }
  return cores;
}

std::string cpu_name(std::uint32_t id) {
  return "cpu " + std::to_string(id);
}

LayoutChoice layout_of(std::uint32_t server, std::uint32_t backend, std::uint32_t generator) {
  LayoutChoice choice{{true, {server}, {backend}, {generator}, 1}, "server on " + cpu_name(server) + ", ", {}};
  if (backend == generator) {
    choice.description += "backend and generator on " + cpu_name(backend);
  } else {
    choice.description += "backend on " + cpu_name(backend) + ", generator on " + cpu_name(generator);
  }
  return choice;
}

}  // namespace

CpuTopology read_cpu_topology(const std::filesystem::path& sys_cpu) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (::sched_getaffinity(0, sizeof mask, &mask) != 0) {
    throw std::system_error(errno, std::generic_category(), "sched_getaffinity");
  }
  CpuTopology topology;
  for (std::uint32_t id = 0; id < CPU_SETSIZE; ++id) {
    if (!CPU_ISSET(id, &mask)) continue;
    const std::filesystem::path facts = sys_cpu / ("cpu" + std::to_string(id)) / "topology";
    // An unknown core gets a number no real core has.
    topology.allowed.push_back({id, read_number(facts / "core_id", -1 - static_cast<int>(id)),
                                read_number(facts / "physical_package_id", 0)});
  }
  return topology;
}

std::uint32_t physical_cores(const CpuTopology& topology) {
  return static_cast<std::uint32_t>(cores_of(topology).size());
}

LayoutChoice choose_layout(const CpuTopology& topology) {
  const auto cores = cores_of(topology);
  if (cores.size() >= 3) return layout_of(cores[0][0], cores[2][0], cores[1][0]);
  if (cores.size() == 2) {
    LayoutChoice choice = layout_of(cores[0][0], cores[1].front(), cores[1].back());
    choice.warnings.push_back({"two cores: the backend and the generator share one",
                               "latency percentiles above p99 contain their contention; use three cores or more"});
    return choice;
  }
  const auto& siblings = cores.at(0);
  if (siblings.size() >= 2) {
    LayoutChoice choice = layout_of(siblings[0], siblings[1], siblings.back());
    choice.warnings.push_back({"one core: server, backend and generator are SMT siblings and slow each other",
                               "compare models by CPU time per request only, or use a machine with two cores"});
    return choice;
  }
  LayoutChoice choice = unpinned_layout(topology);
  choice.warnings.push_back({"one processor: server, backend and generator take turns on it",
                             "throughput is no limit of the server's; use a machine with two cores"});
  return choice;
}

LayoutChoice unpinned_layout(const CpuTopology& topology) {
  return {{false, {}, {}, {}, physical_cores(topology)},
          "not pinned: the kernel places server, backend and generator",
          {}};
}

void move_to_cpus(const std::vector<std::uint32_t>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t mask;
  CPU_ZERO(&mask);
  for (const std::uint32_t cpu : cpus) CPU_SET(cpu, &mask);
  if (::sched_setaffinity(0, sizeof mask, &mask) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot pin the harness (try --no-pin)");
  }
}

}  // namespace interleave
