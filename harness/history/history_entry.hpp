// The history: what one commit measured on one machine, a line of results/history.ndjson each. For trends and never
// for a verdict: figures of different days differ by more than a change of the code does (docs/methodology.md). Plain
// values and pure functions.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/plan/load.hpp"
#include "harness/record/run_record.hpp"
#include "harness/record/summary_record.hpp"
#include "harness/stats/interval.hpp"

namespace interleave {

// What must be equal for two figures to be of the same machine and the same kind of build. The host's name is no
// part: a container has a new one every day. Two machines of one make are the same by this; the names tell them
// apart.
struct MachineFacts {
  std::string cpu_model;
  std::uint32_t cpus_online = 0;
  std::uint32_t physical_cores = 0;
  std::uint64_t memory_gib = 0;  // rounded: the kernel keeps a little for itself, never the same
  std::string os;
  std::string kernel;
  std::string virtualization;
  std::string governor;
  bool pinned = true;
  std::uint32_t server_cores = 1;
  std::string build_type;
  std::string compiler;
  std::string flags;  // of the compiler; "unknown" in records that do not say
  auto operator<=>(const MachineFacts&) const = default;
};

[[nodiscard]] MachineFacts machine_of(const HostFacts& host, const CpuLayout& layout, const std::string& build_type,
                                      const std::map<std::string, std::string>& software);

// 16 hexadecimal digits over all facts.
[[nodiscard]] std::string fingerprint(const MachineFacts& machine);

// How it was measured; figures under other conditions are no neighbours.
struct HistoryConditions {
  std::string plan;  // of a run: its name; of a gate: "gate"
  std::int64_t warmup_ns = 0;
  std::int64_t duration_ns = 0;
  auto operator<=>(const HistoryConditions&) const = default;
};

struct HistoryCell {
  std::string model;
  std::string workload;
  CellLoad load;
  std::uint32_t launches = 0;  // the figures rest on
  Validity validity = Validity::ok;
  std::map<std::string, Estimate> figures;  // by name (history_figures()); one that was not measured is not there
};

struct HistoryEntry {
  std::string commit;
  std::string started_utc;
  std::string source;  // name of the folder of the run or gate
  std::string hostname;
  MachineFacts machine;
  HistoryConditions conditions;
  std::vector<HistoryCell> cells;
};

// A figure that is kept: "cpu_us_per_request".
struct HistoryFigure {
  std::string_view name;
  std::string_view unit;
  bool smaller_is_better = true;
};
[[nodiscard]] const std::vector<HistoryFigure>& history_figures();

[[nodiscard]] HistoryEntry entry_of_run(const RunRecord& run, const SummaryRecord& summary);

// At most one line each: the commit, the machine and the conditions are the key.
[[nodiscard]] bool same_place(const HistoryEntry& a, const HistoryEntry& b);

}  // namespace interleave
