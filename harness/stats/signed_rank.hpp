// Wilcoxon's signed-rank method for paired differences: an estimate of their centre with exact one-sided bounds that
// assume nothing but symmetry about it. Pure functions; tested against scipy (reference.json) and by simulated
// coverage.
//
// Idea: the Walsh averages of n differences are the means of all pairs (i <= j), M = n (n + 1) / 2 of them. Their
// median is the Hodges-Lehmann estimate. The number of them above the true centre is the signed-rank statistic, whose
// distribution under symmetry is known exactly: each rank 1..n counts or does not, by the toss of a coin. So the c-th
// smallest Walsh average lies above the centre only if that statistic is at least M - c + 1, which by symmetry has
// probability P(T <= c - 1): the largest c for which that is at most alpha gives the bound.
//
// Ties and zeros (values rounded to a grid) make the bounds wider than they say, never narrower: with ties at the
// centre fewer Walsh averages lie strictly above it.
//
//   n    smallest alpha (2^-n)   c at 95 %   c at 99 %
//   5    3.1 %                   1           no bound
//   7    0.8 %                   4           1
//   8    0.4 %                   6           2
//   12   0.02 %                  18          10
//
// Reference: Hollander, Wolfe, Chicken, "Nonparametric Statistical Methods", 3rd ed., sections 3.1-3.3.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace interleave {

// More pairs than this are refused: counts of 2^n outcomes must stay exact in a double.
inline constexpr std::size_t kMaxPairs = 50;

// P(T <= t) of the signed-rank statistic of n differences without ties. REQUIRES: n <= kMaxPairs.
[[nodiscard]] double signed_rank_cdf(std::size_t n, std::size_t t);

// c above: the rank (from 1) of the Walsh average that is the one-sided bound at `level`. 0: too few differences.
[[nodiscard]] std::size_t signed_rank_bound(std::size_t n, double level);

// Ascending.
[[nodiscard]] std::vector<double> walsh_averages(std::span<const double> differences);

// Hodges-Lehmann. REQUIRES: not empty.
[[nodiscard]] double centre_of(std::span<const double> differences);

// One-sided bounds, each at `level` of its own. nullopt: too few differences for that level.
[[nodiscard]] std::optional<double> lower_bound_of(std::span<const double> differences, double level);
[[nodiscard]] std::optional<double> upper_bound_of(std::span<const double> differences, double level);

}  // namespace interleave
