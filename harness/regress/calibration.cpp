#include "harness/regress/calibration.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "core/base/rng.hpp"
#include "harness/stats/proportion.hpp"

namespace interleave {
namespace {

constexpr std::array kEffects{0.05, 0.10, 0.15, 0.20};

// Pairs as a gate would meet them: blocks from a circle of all, each pair's sides tossed anew.
std::vector<double> draw(std::span<const double> differences, std::size_t pairs, double shift, SplitMix64& random) {
  std::vector<double> drawn;
  while (drawn.size() < pairs) {
    const auto start = static_cast<std::size_t>(random.next() % differences.size());
    for (std::size_t i = 0; i < kCalibrationBlock && drawn.size() < pairs; ++i) {
      const double d = differences[(start + i) % differences.size()];
      drawn.push_back((random.next() % 2 == 0 ? d : -d) + shift);
    }
  }
  return drawn;
}

std::vector<double> differences_of(const GateFigure& figure) {
  std::vector<double> result;
  for (std::size_t i = 0; i < figure.base.size(); ++i) {
    result.push_back(pair_difference(figure.base[i], figure.head[i], figure.kind.direction));
  }
  return result;
}

std::string percent(std::uint64_t k, std::uint64_t n) {
  return fmt::format("{:.1f} %", 100 * static_cast<double>(k) / static_cast<double>(n));
}

}  // namespace

GateCounts resample_gates(std::span<const double> differences, double effect, const GatePlan& plan,
                          std::uint64_t gates, std::uint64_t seed, const GateRule& rule) {
  SplitMix64 random(seed);
  const double shift = difference_of(effect);
  GateCounts counts;
  for (; counts.gates < gates; ++counts.gates) {
    const std::vector<double> screened = draw(differences, plan.screen_pairs, shift, random);
    std::vector<double> confirmed;
    if (screen(screened, rule) != Screened::settled) {
      confirmed = draw(differences, plan.confirm_pairs, shift, random);
    }
    switch (judge(screened, confirmed, plan.confirm_pairs, rule).verdict) {
      case Verdict::regression:
        ++counts.regression;
        break;
      case Verdict::improved:
        ++counts.improved;
        break;
      case Verdict::ok:
        ++counts.ok;
        break;
      case Verdict::inconclusive:
        ++counts.inconclusive;
        break;
    }
  }
  return counts;
}

std::string calibration_markdown(const GateReport& report, const GatePlan& plan, std::uint64_t gates,
                                 std::uint64_t seed) {
  std::string text = fmt::format(
      "Gates of {} + {} pairs, {} resampled for each figure and effect.\n\n"
      "| cell | figure | pairs | spread | false alarms of equal builds | inconclusive | +5 % found | +10 % | +15 % | "
      "+20 % |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
      plan.screen_pairs, plan.confirm_pairs, gates);
  for (const GateFigure& figure : report.figures) {
    if (!figure.kind.gating || figure.base.size() < 2 * kCalibrationBlock) continue;
    const std::vector<double> differences = differences_of(figure);
    const GateCounts equal = resample_gates(differences, 0, plan, gates, seed);
    const ProportionInterval alarms = proportion_interval(equal.regression, equal.gates);
    text += fmt::format("| {} | {} | {} | {:.1f} % | {}/{} (at most {:.2f} %) | {} |", to_string(figure.cell),
                        figure.kind.name, differences.size(), 100 * spread_of(differences), equal.regression,
                        equal.gates, 100 * alarms.high, percent(equal.inconclusive, equal.gates));
    for (const double effect : kEffects) {
      const GateCounts found = resample_gates(differences, effect, plan, gates, seed + 1);
      text += ' ' + percent(found.regression, found.gates) + " |";
    }
    text += '\n';
  }
  return text;
}

}  // namespace interleave
