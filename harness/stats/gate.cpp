#include "harness/stats/gate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "harness/stats/interval.hpp"
#include "harness/stats/signed_rank.hpp"

namespace interleave {
namespace {

double sum_of_squares(std::span<const double> differences) {
  double mean = 0;
  for (const double d : differences) mean += d / static_cast<double>(differences.size());
  double squares = 0;
  for (const double d : differences) squares += (d - mean) * (d - mean);
  return squares;
}

// Standard error of the Hodges-Lehmann estimate of normal differences: its efficiency is 3 / pi.
double standard_error(double spread, std::size_t pairs) {
  return spread * std::sqrt(std::numbers::pi / 3 / static_cast<double>(pairs));
}

// One-sided quantile of Student's t; probability > 0.5.
double one_sided_t(double probability, std::size_t pairs) {
  return student_t_quantile(2 * probability - 1, pairs - 1);
}

// The level that the exact bound of so many pairs really has: a little above the one asked for, since ranks are
// whole.
double attained_level(std::size_t pairs, double level) {
  const std::size_t rank = signed_rank_bound(pairs, level);
  return rank == 0 ? level : 1 - signed_rank_cdf(pairs, rank - 1);
}

// The smallest true difference for which a stage passes with probability `pass`: its bound must clear 0 and its
// estimate the least effect.
double detectable(double spread, std::size_t pairs, double level, double least_effect, double pass) {
  const double error = standard_error(spread, pairs);
  const double miss = one_sided_t(pass, pairs) * error;
  const double clear = one_sided_t(attained_level(pairs, level), pairs) * error;
  return std::max(clear, difference_of(least_effect)) + miss;
}

// Do bound and estimate both pass, in the direction of `sign`? +1 asks for worse, -1 for better.
bool exceeds(std::span<const double> differences, double level, double effect, int sign) {
  if (differences.empty()) return false;
  const double least = difference_of(effect);
  const double centre = centre_of(differences);
  if (sign > 0) {
    const auto low = lower_bound_of(differences, level);
    return low && *low > 0 && centre >= least;
  }
  const auto high = upper_bound_of(differences, level);
  return high && *high < 0 && centre <= -least;
}

void describe(GateResult& result, std::span<const double> differences, double level) {
  if (differences.empty()) return;
  result.effect = effect_of(centre_of(differences));
  if (const auto low = lower_bound_of(differences, level)) result.lower = effect_of(*low);
  if (const auto high = upper_bound_of(differences, level)) result.upper = effect_of(*high);
}

bool excludes_slowdown(std::span<const double> differences, const GateRule& rule) {
  const auto high = upper_bound_of(differences, rule.ok_level);
  return high && *high < difference_of(rule.ok_effect);
}

double pooled_spread(std::span<const double> screened, std::span<const double> confirmed) {
  const std::size_t stages = (screened.empty() ? 0U : 1U) + (confirmed.empty() ? 0U : 1U);
  const std::size_t pairs = screened.size() + confirmed.size();
  if (pairs <= stages) return 0;
  return std::sqrt((sum_of_squares(screened) + sum_of_squares(confirmed)) / static_cast<double>(pairs - stages));
}

}  // namespace

double pair_difference(double base, double head, Direction direction) {
  const double log_ratio = std::log(head / base);
  return direction == Direction::smaller_is_better ? log_ratio : -log_ratio;
}

double effect_of(double difference) noexcept {
  return std::expm1(difference);
}

double difference_of(double effect) noexcept {
  return std::log1p(effect);
}

double spread_of(std::span<const double> differences) {
  return pooled_spread(differences, {});
}

double minimum_detectable_effect(double spread, std::size_t screen_pairs, std::size_t confirm_pairs,
                                 const GateRule& rule) {
  const double pass = std::sqrt(rule.power);
  const double threshold = effect_threshold(spread, confirm_pairs, rule);
  return effect_of(std::max(detectable(spread, screen_pairs, rule.screen_level, rule.screen_effect, pass),
                            detectable(spread, confirm_pairs, rule.confirm_level, threshold, pass)));
}

double effect_threshold(double spread, std::size_t confirm_pairs, const GateRule& rule) {
  constexpr double kNormal99 = 2.326347874;
  return std::max(rule.confirm_effect, effect_of(kNormal99 * standard_error(spread, confirm_pairs)));
}

Screened screen(std::span<const double> differences, const GateRule& rule) {
  if (exceeds(differences, rule.screen_level, rule.screen_effect, +1)) return Screened::suspiciously_worse;
  if (exceeds(differences, rule.screen_level, rule.screen_effect, -1)) return Screened::suspiciously_better;
  return Screened::settled;
}

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::ok:
      return "OK";
    case Verdict::improved:
      return "IMPROVED";
    case Verdict::regression:
      return "REGRESSION";
    case Verdict::inconclusive:
      break;
  }
  return "INCONCLUSIVE";
}

GateResult judge(std::span<const double> screened, std::span<const double> confirmed,
                 std::size_t confirm_pairs_planned, const GateRule& rule) {
  GateResult result;
  result.screened = screen(screened, rule);
  result.screen_pairs = screened.size();
  result.confirm_pairs = confirmed.size();
  result.spread = pooled_spread(screened, confirmed);
  const std::size_t confirming = confirmed.empty() ? confirm_pairs_planned : confirmed.size();
  if (screened.size() > 1 && confirming > 1) {
    result.minimum_detectable = minimum_detectable_effect(result.spread, screened.size(), confirming, rule);
    result.threshold = effect_threshold(result.spread, confirming, rule);
  }
  const bool suspicious = result.screened != Screened::settled;
  if (suspicious && !confirmed.empty()) {
    if (exceeds(confirmed, rule.confirm_level, result.threshold, +1)) result.verdict = Verdict::regression;
    if (exceeds(confirmed, rule.confirm_level, result.threshold, -1)) result.verdict = Verdict::improved;
    describe(result, confirmed, result.verdict == Verdict::inconclusive ? rule.ok_level : rule.confirm_level);
    if (result.verdict == Verdict::inconclusive && excludes_slowdown(confirmed, rule)) result.verdict = Verdict::ok;
    return result;
  }
  describe(result, screened, rule.screen_level);
  if (!suspicious && excludes_slowdown(screened, rule)) result.verdict = Verdict::ok;
  return result;
}

}  // namespace interleave
