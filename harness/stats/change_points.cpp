#include "harness/stats/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

struct Division {
  std::size_t place = 0;  // of the first value of the right side
  double q = -1;
};

double mean_of_pairs(double sum, std::size_t n) {
  return n < 2 ? 0 : 2 * sum / (static_cast<double>(n) * static_cast<double>(n - 1));
}

// Every place in one pass: a value that changes sides takes its distances with it.
Division best_division(std::span<const double> values) {
  const std::size_t count = values.size();
  const auto distances = [&](std::size_t i, std::size_t from, std::size_t to) {
    double sum = 0;
    for (std::size_t j = from; j < to; ++j) sum += std::abs(values[i] - values[j]);
    return sum;
  };
  double left = 0;    // sum of distances within
  double right = 0;   // the same
  double across = 0;  // between the sides
  for (std::size_t i = 0; i < count; ++i) right += distances(i, 0, i);
  Division best;
  for (std::size_t n = 1; n + kShortest <= count; ++n) {
    const double to_left = distances(n - 1, 0, n - 1);
    const double to_right = distances(n - 1, n, count);
    left += to_left;
    right -= to_right;
    across += to_right - to_left;
    if (n < kShortest) continue;
    const std::size_t m = count - n;
    const double weight = static_cast<double>(n) * static_cast<double>(m) / static_cast<double>(count);
    const double energy = 2 * across / (static_cast<double>(n) * static_cast<double>(m)) - mean_of_pairs(left, n) -
                          mean_of_pairs(right, m);
    if (weight * energy > best.q) best = {n, weight * energy};
  }
  return best;
}

bool more_than_chance(std::span<const double> values, double q, SplitMix64& random) {
  std::vector<double> shuffled(values.begin(), values.end());
  std::size_t as_large = 1;  // the order that was measured is one of all
  for (std::size_t i = 0; i < kPermutations; ++i) {
    for (std::size_t k = shuffled.size() - 1; k > 0; --k) std::swap(shuffled[k], shuffled[random.next() % (k + 1)]);
    // A shuffle that restores the division adds the same distances in another order.
    if (best_division(shuffled).q >= q * (1 - 1e-9)) ++as_large;
  }
  return static_cast<double>(as_large) <= kChangeLevel * static_cast<double>(kPermutations + 1);
}

void divide(std::span<const double> values, std::size_t offset, SplitMix64& random, std::vector<std::size_t>& found) {
  if (values.size() < 2 * kShortest) return;
  const Division best = best_division(values);
  if (best.q <= 0 || !more_than_chance(values, best.q, random)) return;
  divide(values.first(best.place), offset, random, found);
  found.push_back(offset + best.place);
  divide(values.subspan(best.place), offset + best.place, random, found);
}

}  // namespace

std::vector<std::size_t> change_points(std::span<const double> values) {
  SplitMix64 random(1);
  std::vector<std::size_t> found;
  divide(values, 0, random, found);
  return found;
}

}  // namespace interleave
