#include "harness/load/generator/load_progress.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

TEST(LoadProgress, says_where_a_run_is) {
  const ProgressReading before{.elapsed = 2s, .warmup = 2s, .total = 12s, .ok = 2000};
  const ProgressReading reading{.elapsed = 3s, .warmup = 2s, .total = 12s, .ok = 3000, .failed = 7, .open = 12};
  EXPECT_EQ(progress_line(reading, before),
            "[=====>              ] 3 s of 12 s  1.00 k replies/s  7 failed  12 open");
}

TEST(LoadProgress, names_warm_up_and_drain) {
  const ProgressReading begin{.warmup = 2s, .total = 12s};
  EXPECT_EQ(progress_line(begin, begin),
            "[>                   ] 0 s of 12 s warm-up  0.00 replies/s  0 failed  0 open");
  const ProgressReading end{.elapsed = 13s, .warmup = 2s, .total = 12s, .open = 5};
  EXPECT_EQ(progress_line(end, begin), "[====================] 13 s of 12 s drain  0.00 replies/s  0 failed  5 open");
}

}  // namespace
}  // namespace interleave
