// A gate's report for people: the terminal's table and the Markdown of a job summary. Pure. Both begin with how many
// cells could have detected 10 %, so that a gate that can find nothing does not look like one that found nothing.
#pragma once
#include <string>

#include "harness/regress/gate_report.hpp"

namespace interleave {

// Who was compared, as messages name them: "2c36321abcde (Release)".
struct GateSides {
  std::string base;
  std::string head;
};

// "17 of 18 cells could have detected 10 %: 1 REGRESSION, 0 IMPROVED, 16 OK, 1 INCONCLUSIVE". A cell is one gating
// figure of one model under one load.
[[nodiscard]] std::string gate_headline(const GateReport& report);
[[nodiscard]] std::string gate_text(const GateReport& report, const GateSides& sides);
[[nodiscard]] std::string gate_markdown(const GateReport& report, const GateSides& sides);

// "+12.3 % [+10.1, +14.0]". "-": no pair.
[[nodiscard]] std::string effect_text(const GateResult& result);
// What the report says of a figure: the verdict, or "advisory".
[[nodiscard]] std::string verdict_text(const GateFigure& figure);

}  // namespace interleave
