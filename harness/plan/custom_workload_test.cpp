#include "harness/plan/custom_workload.hpp"

#include <gtest/gtest.h>

#include "core/workload/load_workload.hpp"

namespace interleave {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Workload made(const CustomRequest& request) {
  return parse_workload(custom_workload(request), "custom.toml");
}

TEST(CustomWorkload, computes_then_waits) {
  const Workload workload = made({.wait = milliseconds(20), .cpu = microseconds(200)});
  EXPECT_EQ(workload.name, "custom");
  EXPECT_EQ(workload.description, "Your service: 200us of CPU work, then one backend call of 20ms");
  ASSERT_EQ(workload.routes.size(), 1U);
  const Route& route = workload.routes[0];
  ASSERT_EQ(route.steps.size(), 2U);
  EXPECT_EQ(std::get<CpuStep>(route.steps[0]).nominal, microseconds(200));
  EXPECT_EQ(backend_time(workload, route), milliseconds(20));
}

TEST(CustomWorkload, does_without_either) {
  EXPECT_EQ(calls_per_request(made({.wait = {}, .cpu = milliseconds(1)}).routes[0]), 0U);
  EXPECT_FALSE(has_cpu_work(made({.wait = milliseconds(1), .cpu = {}})));
}

}  // namespace
}  // namespace interleave
