#include "core/service/cpu_work.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(CpuWork, iterations_are_nominal_time_by_rate) {
  const CpuRate rate{.iterations_per_us = 500};
  EXPECT_EQ(iterations_for(microseconds(200), rate), 100'000U);
  EXPECT_EQ(iterations_for(nanoseconds(1), rate), 1U);  // 0.5, rounded
  EXPECT_EQ(iterations_for(nanoseconds(0), rate), 0U);
  EXPECT_EQ(iterations_for(std::chrono::seconds(1), CpuRate{.iterations_per_us = 0.25}), 250'000U);
}

TEST(CpuWork, result_depends_on_every_iteration) {
  std::uint64_t value = 1000;
  for (int i = 0; i < 1000; ++i) value = mix64(value);
  EXPECT_EQ(do_cpu_work(1000), value);
  EXPECT_EQ(do_cpu_work(0), 0U);
}

TEST(CpuWork, calibrated_rate_is_plausible) {
  const CpuRate rate = calibrate_cpu_rate();
  // A dependent chain of three multiplications and shifts: some 10 cycles in a release build, some 100 in a sanitized
  // one.
  EXPECT_GT(rate.iterations_per_us, 1);
  EXPECT_LT(rate.iterations_per_us, 2000);
}

}  // namespace
}  // namespace interleave
