#include "harness/compare/run_comparison.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "harness/history/history_entry.hpp"
#include "harness/record/launches.hpp"

namespace interleave {
namespace {

struct FigureKind {
  std::string_view name;
  std::string_view unit;
  std::optional<double> (*read)(const TrialFigures&);
};

std::optional<double> percentile_ms(const TrialFigures& figures, double q) {
  if (figures.latency_us == nullptr) return std::nullopt;
  const ValueCounts& histogram = *figures.latency_us;
  if (!quantile_is_supported(total_count(histogram) + figures.latency_lost, q)) return std::nullopt;
  const auto value = quantile_with_lost(histogram, figures.latency_lost, q);
  return value ? std::optional(static_cast<double>(*value) / 1e3) : std::nullopt;
}

constexpr std::array<FigureKind, 4> kFigures{
    {{"throughput_rps", "req/s", [](const TrialFigures& f) { return std::optional(f.throughput_rps); }},
     {"p50_ms", "ms", [](const TrialFigures& f) { return percentile_ms(f, 0.5); }},
     {"p99_ms", "ms", [](const TrialFigures& f) { return percentile_ms(f, 0.99); }},
     {"cpu_us_per_request", "us", [](const TrialFigures& f) { return f.cpu_us_per_request; }}}};

// Empty unless every launch has it and it is positive: a ratio of nothing says nothing.
std::vector<double> values(const std::vector<Launch>& launches, const FigureKind& kind) {
  std::vector<double> all;
  for (const Launch& launch : launches) {
    const std::optional<double> value = kind.read(launch.figures);
    if (!value || *value <= 0) return {};
    all.push_back(*value);
  }
  return all;
}

bool same_cell(const SummaryCell& a, const SummaryCell& b) {
  return a.model == b.model && a.workload == b.workload && a.load.driver == b.load.driver &&
         a.load.connections == b.load.connections && short_name(a.load) == short_name(b.load);
}

const SummaryCell* find_cell(const SummaryRecord& summary, const SummaryCell& wanted) {
  const auto at = std::find_if(summary.cells.begin(), summary.cells.end(),
                               [&](const SummaryCell& cell) { return same_cell(cell, wanted); });
  return at == summary.cells.end() ? nullptr : &*at;
}

ComparedCell compare(const SummaryCell& of_base, const ComparedRun& base, const SummaryCell& of_head,
                     const ComparedRun& head) {
  ComparedCell cell{.model = of_base.model,
                    .workload = of_base.workload,
                    .load = of_base.load,
                    .validity = std::max(of_base.validity, of_head.validity),
                    .figures = {}};
  const auto before = select_launches(trials_of(of_base, base.trials), of_base.repetitions).launches;
  const auto after = select_launches(trials_of(of_head, head.trials), of_head.repetitions).launches;
  for (const FigureKind& kind : kFigures) {
    const std::vector<double> a = values(before, kind);
    const std::vector<double> b = values(after, kind);
    if (a.empty() || b.empty()) continue;
    cell.figures.push_back({kind.name, kind.unit, median(a), median(b), ratio_over_repetitions(a, b)});
  }
  return cell;
}

void note_conditions(const RunRecord& base, const RunRecord& head, std::vector<std::string>& notes) {
  const auto machine = [](const RunRecord& run) {
    return machine_of(run.host, run.layout, run.build_type, run.software);
  };
  if (machine(base) != machine(head)) {
    notes.emplace_back("the machines, their software or the builds' flags differ: the ratios are of both changes");
  }
  if (base.plan.duration != head.plan.duration || base.plan.warmup != head.plan.warmup) {
    notes.emplace_back("the measured windows or warm-ups differ in length");
  }
  for (const WorkloadFacts& workload : base.workloads) {
    for (const WorkloadFacts& other : head.workloads) {
      if (workload.name == other.name && workload.source != other.source)
        notes.push_back("workload " + workload.name + " is not the same in both");
    }
  }
}

void note_missing(const SummaryRecord& has, std::string_view side, const SummaryRecord& lacks,
                  std::vector<std::string>& notes) {
  for (const SummaryCell& cell : has.cells) {
    if (find_cell(lacks, cell) != nullptr) continue;
    notes.push_back(fmt::format("{} {} {}: only in the {}", cell.model, cell.workload, short_name(cell.load), side));
  }
}

}  // namespace

bool ComparedFigure::differs() const noexcept {
  return ratio.low && ratio.high && (*ratio.low > 1 || *ratio.high < 1);
}

RunComparison compare_runs(const ComparedRun& base, const ComparedRun& head) {
  RunComparison comparison;
  for (const SummaryCell& cell : base.summary.cells) {
    const SummaryCell* other = find_cell(head.summary, cell);
    if (other != nullptr) comparison.cells.push_back(compare(cell, base, *other, head));
  }
  note_conditions(base.run, head.run, comparison.notes);
  note_missing(base.summary, "base", head.summary, comparison.notes);
  note_missing(head.summary, "head", base.summary, comparison.notes);
  return comparison;
}

}  // namespace interleave
