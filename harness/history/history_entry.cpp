#include "harness/history/history_entry.hpp"

#include <tuple>

#include <fmt/format.h>

namespace interleave {
namespace {

std::string found_in(const std::map<std::string, std::string>& software, const char* name) {
  const auto found = software.find(name);
  return found == software.end() ? "unknown" : found->second;
}

// FNV-1a, 64 bits: tells machines apart and keeps no secret (Fowler, Noll, Vo; RFC draft eastlake-fnv).
std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

void keep(HistoryCell& cell, const char* name, const std::optional<Estimate>& value) {
  if (value) cell.figures[name] = *value;
}

}  // namespace

MachineFacts machine_of(const HostFacts& host, const CpuLayout& layout, const std::string& build_type,
                        const std::map<std::string, std::string>& software) {
  constexpr std::uint64_t kMiBPerGiB = 1024;
  return {.cpu_model = host.cpu_model,
          .cpus_online = host.cpus_online,
          .physical_cores = host.physical_cores,
          .memory_gib = (host.memory_mib + kMiBPerGiB / 2) / kMiBPerGiB,
          .os = host.os,
          .kernel = host.kernel,
          .virtualization = host.virtualization,
          .governor = host.governor,
          .pinned = layout.pinned,
          .server_cores = layout.server_cores,
          .build_type = build_type,
          .compiler = found_in(software, "compiler"),
          .flags = found_in(software, "flags")};
}

std::string fingerprint(const MachineFacts& m) {
  // A line break stands between the facts: none of them has one.
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n", m.cpu_model, m.cpus_online,
                  m.physical_cores, m.memory_gib, m.os, m.kernel, m.virtualization, m.governor, m.pinned ? 1 : 0,
                  m.server_cores, m.build_type, m.compiler, m.flags);
  return fmt::format("{:016x}", fnv1a(text));
}

const std::vector<HistoryFigure>& history_figures() {
  static const std::vector<HistoryFigure> figures{{"cpu_us_per_request", "us", true},
                                                  {"ctx_switches_per_request", "", true},
                                                  {"p50_ms", "ms", true},
                                                  {"p99_ms", "ms", true},
                                                  {"throughput_rps", "1/s", false}};
  return figures;
}

HistoryEntry entry_of_run(const RunRecord& run, const SummaryRecord& summary) {
  HistoryEntry entry;
  entry.commit = run.commit;
  entry.started_utc = run.started_utc;
  entry.source = run.id;
  entry.hostname = run.host.hostname;
  entry.machine = machine_of(run.host, run.layout, run.build_type, run.software);
  entry.conditions = {
      .plan = run.plan.name, .warmup_ns = run.plan.warmup.count(), .duration_ns = run.plan.duration.count()};
  for (const SummaryCell& cell : summary.cells) {
    HistoryCell kept;
    kept.model = cell.model;
    kept.workload = cell.workload;
    kept.load = cell.load;
    kept.launches = cell.repetitions_ok;
    kept.validity = cell.validity;
    keep(kept, "cpu_us_per_request", cell.cpu_us_per_request);
    keep(kept, "ctx_switches_per_request", cell.ctx_switches_per_request);
    keep(kept, "p50_ms", cell.latency.p50);
    keep(kept, "p99_ms", cell.latency.p99);
    keep(kept, "throughput_rps", cell.throughput_rps);
    entry.cells.push_back(std::move(kept));
  }
  return entry;
}

bool same_place(const HistoryEntry& a, const HistoryEntry& b) {
  return std::tie(a.commit, a.machine, a.conditions) == std::tie(b.commit, b.machine, b.conditions);
}

}  // namespace interleave
