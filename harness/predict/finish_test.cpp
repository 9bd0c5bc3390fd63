#include "harness/predict/finish.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

Workload weave() {
  Workload workload;
  workload.services = {{.name = "backend", .latency = ConstantLatency{milliseconds(20)}}};
  workload.routes = {{.target = "/weave",
                      .weight = 1,
                      .steps = {CpuStep{milliseconds(1)}, CallStep{0}, CpuStep{milliseconds(1)}},
                      .expect = {}}};
  return workload;
}

nanoseconds last_of_eight(const Capacity& capacity) {
  const Workload workload = weave();
  const std::vector<DemandChain> requests(8, demands_of(workload, workload.routes[0], true));
  const auto finished = finish_times(requests, capacity);
  return *std::max_element(finished.begin(), finished.end());
}

// By hand: eight requests of 1 ms CPU, 20 ms wait, 1 ms CPU.
TEST(FinishTimes, of_eight_simultaneous_requests) {
  EXPECT_EQ(last_of_eight({.in_flight_limit = 1, .cores = 1}), milliseconds(8 * 22));  // one by one
  EXPECT_EQ(last_of_eight({.in_flight_limit = 2, .cores = 2}), milliseconds(4 * 22));  // pairs
  EXPECT_EQ(last_of_eight({.in_flight_limit = 2, .cores = 1}), milliseconds(92));      // pairs in each other's way
  EXPECT_EQ(last_of_eight({.in_flight_limit = std::nullopt, .cores = 2}), milliseconds(4 + 20 + 1));
  EXPECT_EQ(last_of_eight({.in_flight_limit = std::nullopt, .cores = 1}), milliseconds(8 + 20 + 1));
  EXPECT_EQ(last_of_eight({.in_flight_limit = 8, .cores = 64}), milliseconds(22));
}

TEST(FinishTimes, are_in_order_of_arrival_where_nothing_overtakes) {
  const Workload workload = weave();
  const std::vector<DemandChain> requests(3, demands_of(workload, workload.routes[0], true));
  EXPECT_EQ(finish_times(requests, {.in_flight_limit = std::nullopt, .cores = 1}),
            (std::vector<nanoseconds>{milliseconds(22), milliseconds(23), milliseconds(24)}));
}

TEST(FinishTimes, long_work_delays_all_behind_it_on_one_core) {
  const std::vector<DemandChain> requests{{{Demand::Kind::cpu, milliseconds(50)}},
                                          {{Demand::Kind::cpu, milliseconds(1)}}};
  EXPECT_EQ(finish_times(requests, {.in_flight_limit = std::nullopt, .cores = 1})[1], milliseconds(51));
  EXPECT_EQ(finish_times(requests, {.in_flight_limit = std::nullopt, .cores = 2})[1], milliseconds(1));
}

TEST(FinishTimes, a_request_without_work_is_done_at_once) {
  const std::vector<DemandChain> requests(3);
  EXPECT_EQ(finish_times(requests, {.in_flight_limit = 1, .cores = 1}), std::vector<nanoseconds>(3, nanoseconds(0)));
}

TEST(Demands, parallel_calls_overlap_where_the_model_can) {
  Workload workload = weave();
  const Route route{
      .target = "/", .weight = 1, .steps = {ParallelStep{{{0}, {0}, {0}}}, SleepStep{milliseconds(5)}}, .expect = {}};
  EXPECT_EQ(demands_of(workload, route, true)[0].time, milliseconds(20));
  EXPECT_EQ(demands_of(workload, route, false)[0].time, milliseconds(60));
  EXPECT_EQ(demands_of(workload, route, true)[1].time, milliseconds(5));
}

}  // namespace
}  // namespace interleave
