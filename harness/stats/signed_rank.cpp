#include "harness/stats/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "harness/stats/interval.hpp"

namespace interleave {
namespace {

// How many of the 2^n sign patterns have each rank sum: rank by rank, with it or without. Exact: below 2^50.
std::vector<double> pattern_counts(std::size_t n) {
  if (n > kMaxPairs) throw std::invalid_argument("signed rank: more than 50 pairs");
  std::vector<double> counts(n * (n + 1) / 2 + 1, 0);
  counts[0] = 1;
  std::size_t highest = 0;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    highest += rank;
    for (std::size_t sum = highest; sum >= rank; --sum) counts[sum] += counts[sum - rank];
  }
  return counts;
}

}  // namespace

double signed_rank_cdf(std::size_t n, std::size_t t) {
  const std::vector<double> counts = pattern_counts(n);
  double below = 0;
  for (std::size_t sum = 0; sum < counts.size() && sum <= t; ++sum) below += counts[sum];
  return std::ldexp(below, -static_cast<int>(n));
}

std::size_t signed_rank_bound(std::size_t n, double level) {
  constexpr double kHair = 1e-12;  // 1 - 0.95 is a little more than 0.05 in binary
  const std::vector<double> counts = pattern_counts(n);
  const double most = std::ldexp(1 - level + kHair, static_cast<int>(n));
  double below = 0;
  std::size_t rank = 0;
  while (rank < counts.size() && below + counts[rank] <= most) below += counts[rank++];
  return rank;
}

std::vector<double> walsh_averages(std::span<const double> differences) {
  std::vector<double> averages;
  averages.reserve(differences.size() * (differences.size() + 1) / 2);
  for (std::size_t i = 0; i < differences.size(); ++i) {
    for (std::size_t j = i; j < differences.size(); ++j) averages.push_back((differences[i] + differences[j]) / 2);
  }
  std::sort(averages.begin(), averages.end());
  return averages;
}

double centre_of(std::span<const double> differences) {
  return median(walsh_averages(differences));
}

std::optional<double> lower_bound_of(std::span<const double> differences, double level) {
  const std::size_t rank = signed_rank_bound(differences.size(), level);
  if (rank == 0) return std::nullopt;
  return walsh_averages(differences)[rank - 1];
}

std::optional<double> upper_bound_of(std::span<const double> differences, double level) {
  const std::size_t rank = signed_rank_bound(differences.size(), level);
  if (rank == 0) return std::nullopt;
  const std::vector<double> averages = walsh_averages(differences);
  return averages[averages.size() - rank];
}

}  // namespace interleave
