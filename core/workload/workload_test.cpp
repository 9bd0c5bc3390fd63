#include "core/workload/workload.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::milliseconds;

TEST(CallsPerRequest, counts_the_call_steps) {
  Route route;
  EXPECT_EQ(calls_per_request(route), 0U);
  route.steps = {CallStep{0}, CpuStep{milliseconds(1)}, CallStep{1}, SerializeStep{3}, CallStep{0}};
  EXPECT_EQ(calls_per_request(route), 3U);
}

TEST(MeanLatency, is_the_distributions_expectation) {
  EXPECT_DOUBLE_EQ(mean_latency(ConstantLatency{milliseconds(10)}).count(), 0.010);
  EXPECT_DOUBLE_EQ(mean_latency(ExponentialLatency{milliseconds(20)}).count(), 0.020);
  EXPECT_DOUBLE_EQ(mean_latency(LognormalLatency{milliseconds(8), 0.5}).count(), 0.008 * std::exp(0.125));
}

}  // namespace
}  // namespace interleave
