#include "harness/stats/proportion.hpp"

#include <boost/math/distributions/binomial.hpp>

namespace interleave {

ProportionInterval proportion_interval(std::uint64_t happened, std::uint64_t trials, double level) {
  using Binomial = boost::math::binomial_distribution<double>;
  if (trials == 0) return {};
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(happened);
  const double tail = (1 - level) / 2;
  return {.low = Binomial::find_lower_bound_on_p(n, k, tail), .high = Binomial::find_upper_bound_on_p(n, k, tail)};
}

}  // namespace interleave
