#include "harness/process/sampler.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

ProcessReading reading(std::chrono::milliseconds at, std::chrono::nanoseconds cpu, std::chrono::nanoseconds user,
                       std::chrono::nanoseconds system) {
  ProcessReading result;
  result.at = TimePoint(at);
  result.cpu = cpu;
  result.user = user;
  result.system = system;
  return result;
}

TEST(TraceProcess, counts_time_from_the_window_and_keeps_the_exact_clock) {
  const ProcessTrace trace =
      trace_process({reading(1000ms, 100ms, 30ms, 10ms), reading(1100ms, 180ms, 90ms, 30ms)}, TimePoint(1000ms));
  ASSERT_EQ(trace.samples.size(), 2U);
  EXPECT_EQ(trace.samples[1].t_ms, 100);
  // The split's proportion, three to one, of what the exact clock says.
  EXPECT_EQ(trace.samples[0].cpu_user_ns, 75'000'000U);
  EXPECT_EQ(trace.samples[0].cpu_system_ns, 25'000'000U);
  ASSERT_TRUE(trace.window);
  EXPECT_EQ(trace.window->cpu_ns, 80'000'000U);
  EXPECT_EQ(trace.window->cpu_user_ns, 60'000'000U);
  EXPECT_EQ(trace.window->cpu_system_ns, 20'000'000U);
}

TEST(TraceProcess, keeps_the_largest_of_what_comes_and_goes) {
  std::vector<ProcessReading> readings(3);
  readings[0].threads = 1;
  readings[1].threads = 65;
  readings[2].threads = 2;
  readings[1].detail = ProcessDetail{.rss_kib = 900, .pss_kib = 800, .open_fds = 39};
  readings[2].detail = ProcessDetail{.rss_kib = 700, .pss_kib = 600, .open_fds = 40};
  const ProcessTrace trace = trace_process(readings, TimePoint{});
  ASSERT_TRUE(trace.window);
  EXPECT_EQ(trace.window->max_threads, 65U);
  EXPECT_EQ(trace.window->max_rss_kib, 900U);
  EXPECT_EQ(trace.window->max_fds, 40U);
  EXPECT_FALSE(trace.samples[0].rss_kib);  // a quick look
  EXPECT_EQ(trace.samples[1].pss_kib, 800U);
}

TEST(TraceProcess, has_no_window_where_there_was_one_look) {
  EXPECT_FALSE(trace_process({reading(0ms, 1ms, 0ms, 0ms)}, TimePoint{}).window);
  EXPECT_FALSE(trace_process({}, TimePoint{}).window);
}

TEST(TraceMachine, gives_shares_of_the_time_and_counts_since_the_start) {
  std::vector<MachineReading> readings(3);
  for (std::size_t i = 0; i < readings.size(); ++i) readings[i].at = TimePoint(100ms * static_cast<int>(i));
  readings[0].cpu_ticks = 1000;
  readings[1].cpu_ticks = 1020;
  readings[2].cpu_ticks = 1040;
  readings[1].steal_ticks = 1;
  readings[2].steal_ticks = 1;
  readings[0].cpu_pressure = 0us;
  readings[1].cpu_pressure = 25ms;
  readings[0].tcp_retransmits = 7;
  readings[1].tcp_retransmits = 7;
  readings[2].tcp_retransmits = 9;
  const MachineTrace trace = trace_machine(readings, TimePoint{});
  ASSERT_EQ(trace.samples.size(), 3U);
  EXPECT_DOUBLE_EQ(trace.samples[1].steal_percent, 5.0);
  EXPECT_DOUBLE_EQ(trace.samples[2].steal_percent, 0.0);
  EXPECT_DOUBLE_EQ(trace.samples[1].psi_cpu_some_percent.value(), 25.0);
  EXPECT_FALSE(trace.samples[2].psi_cpu_some_percent);  // not readable that time
  ASSERT_TRUE(trace.window);
  EXPECT_DOUBLE_EQ(trace.window->steal_percent, 2.5);
  EXPECT_EQ(trace.window->tcp_retransmits, 2U);
}

}  // namespace
}  // namespace interleave
