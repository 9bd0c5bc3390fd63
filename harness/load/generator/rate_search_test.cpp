#include "harness/load/generator/rate_search.hpp"

#include <gtest/gtest.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

// Searches a server that keeps the promise up to `capacity`.
std::optional<double> found(double first, double capacity) {
  RateSearch search(first);
  std::size_t steps = 0;
  while (const auto rate = search.next()) {
    search.answer(*rate <= capacity);
    EXPECT_LE(++steps, RateSearch::kMostSteps);
  }
  return search.best();
}

TEST(RateSearch, finds_the_capacity_from_below_from_above_and_from_it) {
  for (const double first : {100.0, 900.0, 1000.0, 1001.0, 20'000.0}) {
    const auto best = found(first, 1000);
    ASSERT_TRUE(best) << first;
    EXPECT_LE(*best, 1000) << first;
    EXPECT_GT(*best, 1000 / RateSearch::kPrecision) << first;
  }
}

TEST(RateSearch, gives_up_where_no_rate_is_low_enough_or_none_too_high) {
  EXPECT_FALSE(found(100, 0));
  EXPECT_GT(found(100, 1e12), 1e6);
}

TEST(RateSearch, promises_are_read_as_users_write_them) {
  EXPECT_EQ(parse_promise("p99<50ms").limit, Nanoseconds(50ms));
  EXPECT_DOUBLE_EQ(parse_promise("p99.9<1s").percentile, 99.9);
  for (const char* text : {"", "p99", "p99<", "p99<50", "p0<1s", "p100<1s", "99<1s", "px<1s", "p99<0s", "p99>1s"}) {
    EXPECT_THROW(static_cast<void>(parse_promise(text)), UsageError) << text;
  }
}

}  // namespace
}  // namespace interleave
