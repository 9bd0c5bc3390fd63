#include "harness/process/cpus.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sched.h>

#include "core/base/error.hpp"

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

// "cpu 0", "cpus 0,2-3".
std::string cpu_names(const std::vector<std::uint32_t>& cpus) {
  std::string list;
  for (std::size_t first = 0; first < cpus.size();) {
    std::size_t last = first;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    if (first > 0) list += ',';
    list += std::to_string(cpus[first]);
    if (last > first) list += '-' + std::to_string(cpus[last]);
    first = last + 1;
  }
  return (cpus.size() == 1 ? "cpu " : "cpus ") + list;
}

std::string describe(const CpuLayout& layout) {
  if (!layout.pinned) return "not pinned: the kernel places server, backend and generator";
  std::string text = "server on " + cpu_names(layout.server) + ", ";
  if (layout.backend == layout.generator) return text + "backend and generator on " + cpu_names(layout.backend);
  return text + "backend on " + cpu_names(layout.backend) + ", generator on " + cpu_names(layout.generator);
}

bool contains(const std::vector<std::uint32_t>& cpus, std::uint32_t id) {
  return std::find(cpus.begin(), cpus.end(), id) != cpus.end();
}

std::vector<std::uint32_t> ids_of(const CpuTopology& topology) {
  std::vector<std::uint32_t> ids;
  for (const Cpu& cpu : topology.allowed) ids.push_back(cpu.id);
  return ids;
}

// The first of `cpus` that this process may not use.
std::optional<std::uint32_t> forbidden(const CpuTopology& topology, const std::vector<std::uint32_t>& cpus) {
  const std::vector<std::uint32_t> allowed = ids_of(topology);
  const auto at = std::find_if(cpus.begin(), cpus.end(), [&](std::uint32_t cpu) { return !contains(allowed, cpu); });
  return at == cpus.end() ? std::nullopt : std::optional(*at);
}

// What the server leaves: cores it has no part of, and the siblings of its own processors.
struct Rest {
  std::vector<std::vector<std::uint32_t>> cores;
  std::vector<std::uint32_t> siblings;
  std::uint32_t server_cores = 0;
};

Rest rest_of(const CpuTopology& topology, const std::vector<std::uint32_t>& server) {
  Rest rest;
  for (std::vector<std::uint32_t>& core : cores_of(topology)) {
    const bool of_server = std::any_of(core.begin(), core.end(), [&](auto cpu) { return contains(server, cpu); });
    if (!of_server) {
      rest.cores.push_back(std::move(core));
      continue;
    }
    ++rest.server_cores;
    std::copy_if(core.begin(), core.end(), std::back_inserter(rest.siblings),
                 [&](auto cpu) { return !contains(server, cpu); });
  }
  return rest;
}

std::optional<std::uint32_t> parse_cpu(std::string_view text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool good = error == std::errc{} && end == text.data() + text.size() && id < CPU_SETSIZE;
  return good ? std::optional(id) : std::nullopt;
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
  if (topology.allowed.size() > 1) return choose_layout(topology, {topology.allowed[0].id});
  LayoutChoice choice = unpinned_layout(topology);
  choice.warnings.push_back({"one processor: server, backend and generator take turns on it",
                             "throughput is no limit of the server's; use a machine with two cores"});
  return choice;
}

LayoutChoice choose_layout(const CpuTopology& topology, const std::vector<std::uint32_t>& server) {
  if (const auto cpu = forbidden(topology, server)) {
    throw UsageError(fmt::format("--server-cpus: there is no cpu {} for this process: choose from {}", *cpu,
                                 cpu_names(ids_of(topology))));
  }
  const Rest rest = rest_of(topology, server);
  LayoutChoice choice{{true, server, {}, {}, rest.server_cores}, {}, {}};
  CpuLayout& layout = choice.layout;
  if (rest.cores.size() >= 2) {
    layout.backend = {rest.cores[1].front()};
    layout.generator = {rest.cores[0].front()};
  } else if (rest.cores.size() == 1) {
    layout.backend = {rest.cores[0].front()};
    layout.generator = {rest.cores[0].back()};
    const std::string_view cores = rest.server_cores == 1 ? "two cores" : "one core beside the server's";
    choice.warnings.push_back({fmt::format("{}: the backend and the generator share one", cores),
                               "latency percentiles above p99 contain their contention; use three cores or more"});
  } else if (!rest.siblings.empty()) {
    layout.backend = {rest.siblings.front()};
    layout.generator = {rest.siblings.back()};
    const std::string_view cores = rest.server_cores == 1 ? "one core" : "no core beside the server's";
    choice.warnings.push_back(
        {fmt::format("{}: server, backend and generator are SMT siblings and slow each other", cores),
         "compare models by CPU time per request only, or use a machine with two cores"});
  } else {
    throw UsageError("--server-cpus: nothing is left for generator and backend: leave out one cpu at least");
  }
  choice.description = describe(layout);
  return choice;
}

LayoutChoice keep_layout(const CpuTopology& topology, const CpuLayout& begun) {
  for (const auto& cpus : {begun.server, begun.backend, begun.generator}) {
    if (const auto cpu = forbidden(topology, cpus)) {
      throw UsageError(fmt::format("this run was begun with {}, and this process may not use cpu {}: start a new run",
                                   describe(begun), *cpu));
    }
  }
  return {begun, describe(begun), {}};
}

std::optional<std::vector<std::uint32_t>> parse_cpu_list(std::string_view text) {
  std::set<std::uint32_t> cpus;
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    const std::string_view range = text.substr(0, comma);
    text.remove_prefix(more ? comma + 1 : text.size());
    const std::size_t dash = range.find('-');
    const auto first = parse_cpu(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_cpu(range.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    for (std::uint32_t id = *first; id <= *last; ++id) cpus.insert(id);
  }
  return std::vector<std::uint32_t>(cpus.begin(), cpus.end());
}

LayoutChoice unpinned_layout(const CpuTopology& topology) {
  const CpuLayout layout{false, {}, {}, {}, physical_cores(topology)};
  return {layout, describe(layout), {}};
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
