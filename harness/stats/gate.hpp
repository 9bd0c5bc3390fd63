// The decision of the regression gate: is one build slower than another? Pure functions on paired differences.
//
// A pair is one launch of each build, side by side. Its difference is d = ln(head / base) of a figure where smaller
// is better, the opposite where larger is better: d > 0 is worse, and d = 0.1 is about 10 %. Two stages, because a
// gate asks many questions at once and its alarms must be rare:
//
//   screen    suspicious if the 95 % lower bound of the centre is above 0 and the effect at least 3 %
//   confirm   on fresh pairs alone (the screened ones were selected for looking bad): REGRESSION if the 99 % lower
//             bound is above 0 and the effect at least the threshold of the cell, 5 % or more
//
// IMPROVED is the same with the sign turned. OK: the 95 % upper bound excludes +10 %. Anything else is INCONCLUSIVE;
// "no difference found" is not "no difference". Bounds are exact (signed_rank.hpp).
//
// Power by simulation (normal differences, 8 + 12 pairs, an effect of +10 %; gate_coverage_test.cpp):
// spread 5 % 99 %, 6 % 96 %, 7.5 % 82 %.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace interleave {

// All numbers of the method, in one place. Effects are relative: 0.05 is 5 %.
struct GateRule {
  double screen_level = 0.95;
  double screen_effect = 0.03;
  double confirm_level = 0.99;
  double confirm_effect = 0.05;  // the least; a noisy cell has a higher threshold of its own
  double ok_level = 0.95;
  double ok_effect = 0.10;  // what OK excludes
  double power = 0.8;       // with which the minimum detectable effect is found
  double widest_spread = 0.10;
};

enum class Direction : std::uint8_t { smaller_is_better, larger_is_better };

// d of a pair. REQUIRES: both positive.
[[nodiscard]] double pair_difference(double base, double head, Direction direction);

// A difference as a relative effect: 0.0953 is 0.10.
[[nodiscard]] double effect_of(double difference) noexcept;
[[nodiscard]] double difference_of(double effect) noexcept;

// Standard deviation of the differences about their mean. It does not depend on where their centre lies, so looking
// at it does not look at the result. 0 for fewer than two.
[[nodiscard]] double spread_of(std::span<const double> differences);

// The smallest effect that screen and confirmation together find with the rule's power, at this spread. Formula: each
// stage must pass with the square root of that power; the centre of n differences has the standard error
// spread x sqrt(pi / 3) / sqrt(n), and the margin between effect and bound is a sum of two t quantiles.
[[nodiscard]] double minimum_detectable_effect(double spread, std::size_t screen_pairs, std::size_t confirm_pairs,
                                               const GateRule& rule = {});

// The effect below which a confirmed difference is not yet a regression: the rule's, or in a noisy cell the 99th
// percentile of what two equal builds show over that many pairs.
[[nodiscard]] double effect_threshold(double spread, std::size_t confirm_pairs, const GateRule& rule = {});

enum class Screened : std::uint8_t { settled, suspiciously_worse, suspiciously_better };
[[nodiscard]] Screened screen(std::span<const double> differences, const GateRule& rule = {});

enum class Verdict : std::uint8_t { ok, improved, inconclusive, regression };
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

// Everything said about one figure of one cell. Effects are relative, worse is positive.
struct GateResult {
  Verdict verdict = Verdict::inconclusive;
  Screened screened = Screened::settled;
  std::size_t screen_pairs = 0;
  std::size_t confirm_pairs = 0;             // 0: there was no confirmation
  std::optional<double> effect;              // of the stage that decided; nullopt: no pair
  std::optional<double> lower, upper;        // its bounds, at the level that decided
  double spread = 0;                         // of all pairs, each stage about its own mean
  std::optional<double> minimum_detectable;  // nullopt: too few pairs to say
  double threshold = 0;                      // effect a regression needs here
};

// `confirmed` is empty where there was no confirmation: then a suspicious screen stays inconclusive.
[[nodiscard]] GateResult judge(std::span<const double> screened, std::span<const double> confirmed,
                               std::size_t confirm_pairs_planned, const GateRule& rule = {});

}  // namespace interleave
