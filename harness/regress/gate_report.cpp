#include "harness/regress/gate_report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "harness/stats/interval.hpp"

namespace interleave {
namespace {

constexpr double kMostVoid = 0.25;           // of a stage's pairs; beyond, the machine is too noisy
constexpr double kSaturated = 0.7;           // share of its cores from which a server's median waits for the CPU
constexpr double kFewSwitches = 0.5;         // per request; a hand-off more adds one, what is below is chance
constexpr std::size_t kFailuresToBreak = 2;  // of one side: one may be chance, two are a property of the build

constexpr std::array<FigureKind, 5> kKinds{{
    {"cpu_us_per_request", "us", Direction::smaller_is_better, true, &LaunchFigures::cpu_us_per_request},
    {"ctx_switches_per_request", "", Direction::smaller_is_better, true, &LaunchFigures::ctx_switches_per_request},
    {"p50_ms", "ms", Direction::smaller_is_better, true, &LaunchFigures::p50_ms},
    {"p99_ms", "ms", Direction::smaller_is_better, false, &LaunchFigures::p99_ms},
    {"throughput_rps", "1/s", Direction::larger_is_better, false, &LaunchFigures::throughput_rps},
}};

// The pairs of one cell that may be looked at, and what became of the others.
struct CellPairs {
  std::vector<const MeasuredPair*> screen, confirm;
  bool too_noisy = false;
  bool confirm_too_noisy = false;
};

std::string void_reason(const MeasuredPair& pair) {
  const std::string base = void_reason(pair.base.conditions);
  return base.empty() ? void_reason(pair.head.conditions) : base;
}

class CellJudge {
 public:
  CellJudge(const GatePlan& plan, const GateCell& cell, const GateRule& rule)
      : plan_(plan), cell_(cell), rule_(rule) {}

  void sort_out(std::span<const MeasuredPair> pairs, GateReport& report) {
    std::size_t void_screens = 0;
    std::size_t void_confirms = 0;
    for (const MeasuredPair& pair : pairs) {
      if (pair.plan.cell != cell_) continue;
      ++report.pairs;
      const bool screening = pair.plan.stage == Stage::screen;
      const std::string disturbed = void_reason(pair);
      const std::string failed = note_failures(pair, !disturbed.empty());
      const std::string& reason = failed.empty() ? disturbed : failed;
      if (reason.empty()) {
        (screening ? pairs_.screen : pairs_.confirm).push_back(&pair);
        continue;
      }
      ++(screening ? void_screens : void_confirms);
      report.voided.push_back({pair.plan, reason});
    }
    pairs_.too_noisy = static_cast<double>(void_screens) > kMostVoid * plan_.screen_pairs;
    pairs_.confirm_too_noisy = static_cast<double>(void_confirms) > kMostVoid * plan_.confirm_pairs;
    for (const Side side : {Side::base, Side::head}) {
      const auto& found = failures_[static_cast<std::size_t>(side)];
      if (found.size() >= kFailuresToBreak) report.broken.push_back({cell_, side, found.front()});
    }
  }

  [[nodiscard]] GateFigure figure(const FigureKind& kind) const {
    GateFigure figure;
    figure.cell = cell_;
    figure.kind = kind;
    figure.gating = kind.gating;
    const std::vector<double> screened = differences(pairs_.screen, kind, figure);
    const std::vector<double> confirmed = differences(pairs_.confirm, kind, figure);
    figure.result =
        judge(screened, pairs_.confirm_too_noisy ? std::vector<double>{} : confirmed, plan_.confirm_pairs, rule_);
    annotate(figure);
    return figure;
  }

 private:
  std::string note_failures(const MeasuredPair& pair, bool disturbed) {
    std::string reason;
    for (const Side side : {Side::base, Side::head}) {
      const auto& failure = (side == Side::base ? pair.base : pair.head).failure;
      if (!failure || (disturbed && noise_can_cause(failure->reason))) continue;
      failures_[static_cast<std::size_t>(side)].push_back(*failure);
      reason = fmt::format("the {} failed: {}", to_string(side), to_string(failure->reason));
    }
    return reason;
  }

  static std::vector<double> differences(const std::vector<const MeasuredPair*>& pairs, const FigureKind& kind,
                                         GateFigure& figure) {
    std::vector<double> result;
    for (const MeasuredPair* pair : pairs) {
      const std::optional<double> base = pair->base.figures.*kind.read;
      const std::optional<double> head = pair->head.figures.*kind.read;
      if (!base || !head || *base <= 0 || *head <= 0) continue;
      result.push_back(pair_difference(*base, *head, kind.direction));
      figure.base.push_back(*base);
      figure.head.push_back(*head);
      figure.base_launches.push_back(pair->base.id);
      figure.head_launches.push_back(pair->head.id);
    }
    return result;
  }

  [[nodiscard]] double median_busy() const {
    std::vector<double> busy;
    for (const MeasuredPair* pair : pairs_.screen) {
      if (pair->base.figures.server_busy) busy.push_back(*pair->base.figures.server_busy);
    }
    return busy.empty() ? 0 : median(busy);
  }

  // What takes a figure out of the gate. None of it looks at the difference.
  [[nodiscard]] std::string why_not_gating(const GateFigure& figure) const {
    if (!figure.kind.gating) return "advisory";
    if (figure.base.empty() && !pairs_.screen.empty()) return "these launches have no such figure";
    if (figure.kind.read == &LaunchFigures::p50_ms && median_busy() > kSaturated) {
      return fmt::format("advisory: the server uses {:.0f} % of its cores", 100 * median_busy());
    }
    if (figure.kind.read == &LaunchFigures::ctx_switches_per_request && !figure.base.empty() &&
        std::max(median(figure.base), median(figure.head)) < kFewSwitches) {
      return "advisory: almost none";
    }
    // The bounds are exact at any spread: what passed the confirmation, or is yet to be confirmed, is no noise.
    const Verdict verdict = figure.result.verdict;
    const bool found = verdict == Verdict::regression || verdict == Verdict::improved;
    const bool open = figure.result.screened != Screened::settled && figure.result.confirm_pairs == 0;
    if (figure.result.spread > rule_.widest_spread && !found && !open) {
      return fmt::format("advisory: too noisy, pairs differ by {:.0f} %", 100 * figure.result.spread);
    }
    return {};
  }

  void annotate(GateFigure& figure) const {
    figure.note = why_not_gating(figure);
    figure.gating = figure.note.empty();
    const bool noisy = pairs_.too_noisy || (pairs_.confirm_too_noisy && figure.result.screened != Screened::settled);
    if (!noisy) return;
    figure.result.verdict = Verdict::inconclusive;
    figure.result.minimum_detectable.reset();
    if (figure.note.empty()) figure.note = "machine too noisy: more than a quarter of the pairs are void";
  }

  const GatePlan& plan_;
  const GateCell& cell_;
  const GateRule& rule_;
  CellPairs pairs_;
  std::array<std::vector<Finding>, 2> failures_;
};

}  // namespace

std::span<const FigureKind> figure_kinds() noexcept {
  return kKinds;
}

bool GateReport::is_broken(const GateCell& cell) const noexcept {
  return std::any_of(broken.begin(), broken.end(), [&](const BrokenCell& one) { return one.cell == cell; });
}

std::size_t GateReport::count(Verdict verdict) const noexcept {
  return static_cast<std::size_t>(std::count_if(figures.begin(), figures.end(), [&](const GateFigure& figure) {
    return figure.gating && figure.result.verdict == verdict;
  }));
}

std::size_t GateReport::gating() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(figures.begin(), figures.end(), [](const GateFigure& figure) { return figure.gating; }));
}

std::size_t GateReport::able_to_detect(double effect) const noexcept {
  return static_cast<std::size_t>(std::count_if(figures.begin(), figures.end(), [&](const GateFigure& figure) {
    return figure.gating && figure.result.minimum_detectable && *figure.result.minimum_detectable <= effect;
  }));
}

GateReport evaluate(const GatePlan& plan, std::span<const MeasuredPair> pairs, const GateRule& rule) {
  GateReport report;
  for (const GateCell& cell : plan.cells) {
    CellJudge judge(plan, cell, rule);
    judge.sort_out(pairs, report);
    if (report.is_broken(cell)) continue;
    for (const FigureKind& kind : kKinds) report.figures.push_back(judge.figure(kind));
  }
  return report;
}

std::vector<GateCell> suspicious_cells(const GateReport& screened) {
  std::vector<GateCell> cells;
  for (const GateFigure& figure : screened.figures) {
    if (!figure.gating || figure.result.screened == Screened::settled) continue;
    if (cells.empty() || cells.back() != figure.cell) cells.push_back(figure.cell);
  }
  return cells;
}

}  // namespace interleave
