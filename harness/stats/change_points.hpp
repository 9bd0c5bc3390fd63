// Where a series of figures changed its level: the E-divisive method. Pure; the same values give the same answer.
//
// Idea: the place that divides a segment best is the one with the largest energy distance between its two sides,
//
//   q(k) = n m / (n + m) (2 mean|x_i - y_j| - mean|x_i - x_j| - mean|y_i - y_j|),
//
// x the n values before, y the m values after (the means within over pairs i < j). Whether that is more than chance
// says a permutation test: the values of the segment are shuffled kPermutations times, and the share of shuffles with
// a largest q at least as large is the p-value. A division with p <= kLevel stands, and both sides are searched in
// turn. No distribution is assumed. Fewer than 2 x kShortest values are never divided, and below about ten values no
// division can reach the level: a history must have some length before it can say that something changed. Reference:
// Matteson, James, "A nonparametric approach for multiple change point analysis of multivariate data", JASA 109(505),
// 2014; with the right side reaching to the segment's end, as Daly et al., "The use of change point detection to
// identify software performance regressions", ICPE 2020.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace interleave {

inline constexpr std::size_t kShortest = 3;  // values on either side of a change
inline constexpr std::size_t kPermutations = 499;
inline constexpr double kChangeLevel = 0.01;

// Places of the first value after each change, ascending.
[[nodiscard]] std::vector<std::size_t> change_points(std::span<const double> values);

}  // namespace interleave
