#include "harness/regress/jitter_watch.hpp"

#include <gtest/gtest.h>

#include "core/base/clock.hpp"

namespace interleave {
namespace {

TEST(JitterWatch, measures_and_forgets) {
  JitterWatch watch;
  const TimePoint deadline = now() + std::chrono::seconds(10);
  std::chrono::nanoseconds seen{0};
  while (seen.count() == 0 && now() < deadline) seen = watch.take_longest();  // no timer is exact
  EXPECT_GT(seen.count(), 0);
}

}  // namespace
}  // namespace interleave
