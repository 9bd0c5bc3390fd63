// From pairs of launches to verdicts: one for each figure of each cell. Pure; the gate's result is derived from saved
// launches and from nothing else.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/regress/gate_plan.hpp"
#include "harness/regress/launch.hpp"
#include "harness/stats/gate.hpp"

namespace interleave {

struct MeasuredPair {
  PairPlan plan;
  GateLaunch base;
  GateLaunch head;
};

// A figure that is compared.
struct FigureKind {
  std::string_view name;  // "cpu_us_per_request"
  std::string_view unit;
  Direction direction = Direction::smaller_is_better;
  bool gating = true;  // false: shown, never decides
  std::optional<double> LaunchFigures::*read = nullptr;
};
[[nodiscard]] std::span<const FigureKind> figure_kinds() noexcept;

// One figure of one cell. The samples are those of pairs that count, base and head in step.
struct GateFigure {
  GateCell cell;
  FigureKind kind;
  bool gating = true;
  std::string note;  // why it does not gate, or why it is inconclusive; may be empty
  GateResult result;
  std::vector<double> base, head;                         // screening pairs, then confirming ones
  std::vector<std::string> base_launches, head_launches;  // their ids
};

struct VoidPair {
  PairPlan plan;
  std::string reason;
};

// A cell that cannot be compared, because one side fails.
struct BrokenCell {
  GateCell cell;
  Side side = Side::head;
  Finding finding;
};

struct GateReport {
  std::vector<GateFigure> figures;  // by cell as planned, then by kind
  std::vector<VoidPair> voided;
  std::vector<BrokenCell> broken;
  std::size_t pairs = 0;               // measured
  std::vector<std::string> identical;  // models whose program is the same on both sides: not measured

  [[nodiscard]] bool is_broken(const GateCell& cell) const noexcept;
  [[nodiscard]] std::size_t count(Verdict verdict) const noexcept;  // of gating figures
  [[nodiscard]] std::size_t gating() const noexcept;
  [[nodiscard]] std::size_t able_to_detect(double effect) const noexcept;  // of these
};

[[nodiscard]] GateReport evaluate(const GatePlan& plan, std::span<const MeasuredPair> pairs,
                                  const GateRule& rule = {});

// The cells that need confirming pairs: a gating figure was suspicious in the screen.
[[nodiscard]] std::vector<GateCell> suspicious_cells(const GateReport& screened);

}  // namespace interleave
