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
  EXPECT_DOUBLE_EQ(mean_latency(UniformLatency{milliseconds(1), milliseconds(4)}).count(), 0.0025);
  EXPECT_DOUBLE_EQ(mean_latency(ParetoLatency{milliseconds(2), 1.5}).count(), 0.006);
  using Delays = std::vector<std::chrono::nanoseconds>;
  const auto delays = std::make_shared<const Delays>(Delays{milliseconds(1), milliseconds(2), milliseconds(6)});
  EXPECT_DOUBLE_EQ(mean_latency(TraceLatency{delays}).count(), 0.003);
}

TEST(MeanLatency, of_a_service_counts_slow_calls_among_the_answered) {
  ServiceSpec service{.name = "db", .latency = ConstantLatency{milliseconds(10)}};
  EXPECT_DOUBLE_EQ(mean_latency(service).count(), 0.010);
  service.faults = {.fail = 0.1, .hang = 0.5, .slow = 0.25, .slow_factor = 3};
  EXPECT_DOUBLE_EQ(mean_latency(service).count(), 0.020);  // half of those answered take 30 ms
}

TEST(Route, counts_parallel_calls_and_adds_up_its_time) {
  Workload workload;
  workload.services = {{.name = "a", .latency = ConstantLatency{milliseconds(10)}, .reply_bytes = 64},
                       {.name = "b", .latency = ConstantLatency{milliseconds(3)}, .reply_bytes = 64}};
  Route route;
  route.steps = {CallStep{0},
                 ParallelStep{{CallStep{1}, CallStep{1}}},
                 CpuStep{milliseconds(2)},
                 LockStep{milliseconds(1)},
                 SleepStep{milliseconds(4)},
                 FileStep{100},
                 SerializeStep{5}};
  EXPECT_EQ(calls_per_request(route), 3U);
  EXPECT_DOUBLE_EQ(backend_time(workload, route).count(), 0.016);
  EXPECT_DOUBLE_EQ(nominal_time(workload, route).count(), 0.023);
}

TEST(HasCpuWork, is_true_for_cpu_and_lock_steps) {
  const auto with = [](const Step& step) {
    Workload workload;
    workload.routes.resize(2);
    workload.routes[1].steps = {step};
    return workload;
  };
  EXPECT_TRUE(has_cpu_work(with(CpuStep{milliseconds(1)})));
  EXPECT_TRUE(has_cpu_work(with(LockStep{milliseconds(1)})));
  EXPECT_FALSE(has_cpu_work(with(SleepStep{milliseconds(1)})));
  EXPECT_FALSE(has_cpu_work(with(CallStep{0})));
}

}  // namespace
}  // namespace interleave
