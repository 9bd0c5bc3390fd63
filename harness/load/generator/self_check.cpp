#include "harness/load/generator/self_check.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/units.hpp"

namespace interleave {
namespace {

std::string percent(double share) {
  return fmt::format("{:.3g} %", share * 100);
}

bool lag_is_small(const LoadEvidence& evidence) {
  if (!evidence.lag_p99) return true;
  const std::chrono::duration<double, std::nano> of_response = evidence.response_p50.value_or(Nanoseconds(0));
  return *evidence.lag_p99 <=
         std::max<std::chrono::duration<double, std::nano>>(kMostLag, kMostLagOfResponse * of_response);
}

}  // namespace

std::string_view to_string(LoadValidity validity) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"ok", "suspect", "generator_bound"};
  return kNames[static_cast<std::size_t>(validity)];
}

LoadVerdict judge(const LoadEvidence& evidence) {
  struct Observation {
    bool holds;
    std::string value;
    std::string detail{};  // if it says more than the value and the table's words
  };
  const std::array<Observation, kLoadChecks.size()> observed{{
      {evidence.taken_up >= kLeastTakenUp, fmt::format("{:.4f}", evidence.taken_up)},
      {lag_is_small(evidence), format_duration_short(evidence.lag_p99.value_or(Nanoseconds(0)))},
      {evidence.busy < kMostBusy, percent(evidence.busy)},
      {evidence.run_wait < kMostRunWait, percent(evidence.run_wait)},
      {evidence.steal < kMostSteal, percent(evidence.steal)},
      {evidence.longest_turn < kLongestTurn, format_duration_short(evidence.longest_turn)},
      {evidence.unopened.empty(), evidence.unopened},
      {evidence.probe_error.empty(), "none", evidence.probe_error},
  }};
  LoadVerdict verdict;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (observed[i].holds) continue;
    const LoadCheck& check = kLoadChecks[i];
    verdict.validity = std::max(verdict.validity, check.otherwise);
    const std::string& detail = observed[i].detail;
    verdict.findings.push_back(
        {&check,
         detail.empty() ? fmt::format("{}: {}, want {}", check.what, observed[i].value, check.limit) : detail});
  }
  return verdict;
}

}  // namespace interleave
