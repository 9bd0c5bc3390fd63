#include "harness/plan/search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base/units.hpp"

namespace interleave {
namespace {

constexpr double kGrow = 1.5;    // of a rate that met, while none has missed
constexpr double kShrink = 0.5;  // of a rate that missed, while none has met

constexpr std::array<std::pair<std::string_view, double>, 4> kPercentiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}}};

std::string in_words(std::chrono::nanoseconds time) {
  constexpr std::pair<std::int64_t, const char*> kUnits[] = {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  for (const auto& [size, unit] : kUnits) {
    if (time.count() % size == 0) return std::to_string(time.count() / size) + unit;
  }
  return std::to_string(time.count()) + "ns";
}

}  // namespace

std::optional<Objective> parse_objective(std::string_view text) {
  const std::size_t sign = text.find('<');
  if (sign == std::string_view::npos) return std::nullopt;
  const std::string_view name = text.substr(0, sign);
  const auto* const found = std::find_if(kPercentiles.begin(), kPercentiles.end(),
                                         [&](const auto& percentile) { return percentile.first == name; });
  const auto limit = parse_duration(text.substr(sign + 1));
  if (found == kPercentiles.end() || !limit || limit->count() <= 0) return std::nullopt;
  return Objective{.quantile = found->second, .limit = *limit};
}

std::string to_string(const Objective& objective) {
  std::string name;
  for (const auto& [percentile, quantile] : kPercentiles) {
    if (quantile == objective.quantile) name = percentile;
  }
  return name + "<" + in_words(objective.limit);
}

std::string_view to_string(StepOutcome outcome) noexcept {
  switch (outcome) {
    case StepOutcome::met:
      return "met";
    case StepOutcome::missed:
      return "missed";
    case StepOutcome::unclear:
      break;
  }
  return "unclear";
}

RateBracket bracket_of(std::span<const SearchStep> steps) {
  RateBracket bracket;
  for (const SearchStep& step : steps) {
    if (step.outcome == StepOutcome::missed) bracket.missed = std::min(bracket.missed.value_or(step.rps), step.rps);
  }
  for (const SearchStep& step : steps) {
    if (step.outcome != StepOutcome::met || (bracket.missed && step.rps >= *bracket.missed)) continue;
    bracket.met = std::max(bracket.met.value_or(step.rps), step.rps);
  }
  return bracket;
}

double next_rate(double first, std::span<const SearchStep> steps) {
  const RateBracket bracket = bracket_of(steps);
  if (bracket.met && bracket.missed) return std::sqrt(*bracket.met * *bracket.missed);
  if (bracket.met) return *bracket.met * kGrow;
  if (bracket.missed) return *bracket.missed * kShrink;
  return first;
}

}  // namespace interleave
