#include "core/trace/trace_recorder.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace interleave {
namespace {

class TraceRecorderTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!kTraceCompiled) GTEST_SKIP() << "built without tracing";
  }
  std::atomic<std::uint64_t> dropped_{0};
};

TEST_F(TraceRecorderTest, keeps_what_a_thread_did_in_its_order) {
  TraceRecorder recorder(dropped_);
  TraceLane lane(&recorder);
  EXPECT_EQ(lane.accepted(), 1U);
  lane.record(1, TraceState::running);
  lane.waiting(1, TraceOp::backend);
  lane.running_after_held_wait(1);
  EXPECT_EQ(lane.accepted(), 2U);
  const Trace trace = recorder.collect();
  ASSERT_EQ(trace.events.size(), 5U);
  EXPECT_EQ(trace.connections, 2U);
  EXPECT_EQ(trace.lanes, 1U);
  EXPECT_EQ(trace.events[2].state, TraceState::waiting);
  EXPECT_EQ(trace.events[2].detail, static_cast<std::uint8_t>(TraceOp::backend));
  EXPECT_EQ(trace.events[3].detail, kHeldThread);
  EXPECT_TRUE(std::is_sorted(trace.events.begin(), trace.events.end(),
                             [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; }));
}

TEST_F(TraceRecorderTest, a_lane_fills_block_after_block) {
  TraceRecorder recorder(dropped_, 3);
  TraceLane lane(&recorder);
  constexpr std::uint32_t kEvents = 3 * TraceRecorder::kBlockEvents;
  for (std::uint32_t i = 0; i < kEvents; ++i) lane.record(i, TraceState::running);
  const Trace trace = recorder.collect();
  ASSERT_EQ(trace.events.size(), kEvents);
  for (std::uint32_t i = 0; i < kEvents; ++i) ASSERT_EQ(trace.events[i].connection, i);
  EXPECT_EQ(trace.dropped, 0U);
}

TEST_F(TraceRecorderTest, what_finds_no_room_is_counted) {
  TraceRecorder recorder(dropped_, 1);
  TraceLane first(&recorder);
  TraceLane second(&recorder);
  for (std::size_t i = 0; i < TraceRecorder::kBlockEvents + 5; ++i) first.record(1, TraceState::running);
  second.record(2, TraceState::running);
  const Trace trace = recorder.collect();
  EXPECT_EQ(trace.events.size(), TraceRecorder::kBlockEvents);
  EXPECT_EQ(trace.dropped, 6U);
  EXPECT_EQ(dropped_.load(), 6U);
}

TEST_F(TraceRecorderTest, threads_one_after_another_share_a_lane) {
  TraceRecorder recorder(dropped_);
  constexpr std::uint32_t kThreads = 3000;  // more than there are lanes or blocks
  for (std::uint32_t i = 0; i < kThreads; ++i) {
    TraceLane lane(&recorder);
    lane.record(i, TraceState::running);
  }
  const Trace trace = recorder.collect();
  EXPECT_EQ(trace.events.size(), kThreads);
  EXPECT_EQ(trace.lanes, 1U);
  EXPECT_EQ(trace.dropped, 0U);
}

TEST_F(TraceRecorderTest, threads_at_the_same_time_have_lanes_of_their_own) {
  TraceRecorder recorder(dropped_);
  constexpr std::uint32_t kThreads = 4;
  constexpr std::uint32_t kEvents = 5000;
  std::vector<std::unique_ptr<TraceLane>> lanes;  // all taken before the first thread records
  for (std::uint32_t i = 0; i < kThreads; ++i) lanes.push_back(std::make_unique<TraceLane>(&recorder));
  {
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&lane = *lanes[i], i] {
        for (std::uint32_t n = 0; n < kEvents; ++n) lane.record(i, TraceState::running);
      });
    }
  }
  const Trace trace = recorder.collect();
  EXPECT_EQ(trace.events.size(), kThreads * kEvents);
  EXPECT_EQ(trace.lanes, kThreads);
  std::set<std::pair<std::uint32_t, std::uint16_t>> pairs;
  for (const TraceEvent& event : trace.events) pairs.emplace(event.connection, event.lane);
  EXPECT_EQ(pairs.size(), kThreads);
}

TEST_F(TraceRecorderTest, a_thread_beyond_the_lanes_is_counted_and_not_recorded) {
  TraceRecorder recorder(dropped_, 2);
  std::vector<std::unique_ptr<TraceLane>> lanes;
  for (std::size_t i = 0; i < TraceRecorder::kMostLanes; ++i) lanes.push_back(std::make_unique<TraceLane>(&recorder));
  TraceLane beyond(&recorder);
  beyond.record(7, TraceState::running);
  EXPECT_TRUE(recorder.collect().events.empty());
  EXPECT_EQ(dropped_.load(), 1U);
}

TEST_F(TraceRecorderTest, without_a_recorder_nothing_happens) {
  TraceLane lane(nullptr);
  EXPECT_EQ(lane.accepted(), 0U);
  lane.record(1, TraceState::running);
  lane.waiting(1, TraceOp::read);
}

}  // namespace
}  // namespace interleave
