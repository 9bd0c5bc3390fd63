#include "harness/weave/timeline.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using enum TraceState;

TraceEvent at(std::uint64_t time, TraceState state, std::uint8_t detail = 0, std::uint16_t lane = 3,
              std::uint32_t connection = 1) {
  return {.time_ns = time, .connection = connection, .lane = lane, .state = state, .detail = detail};
}
constexpr auto kBackend = static_cast<std::uint8_t>(TraceOp::backend);

TEST(Timeline, a_request_is_what_lies_between_two_idles) {
  const Trace trace{.events = {at(1, accepted), at(2, idle), at(10, running), at(12, waiting, kBackend),
                               at(30, running), at(33, idle), at(40, running), at(41, closed)}};
  const auto requests = requests_of(trace);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].accepted_ns, 1);
  ASSERT_EQ(requests[0].spans.size(), 3U);
  EXPECT_EQ(requests[0].spans[1].state, SpanState::waiting);
  EXPECT_EQ(requests[0].spans[1].op, TraceOp::backend);
  EXPECT_EQ(requests[0].spans[1].end_ns, 30);
  EXPECT_EQ(requests[1].spans.front().begin_ns, 40);
}

TEST(Timeline, a_wait_has_a_lane_only_if_it_held_its_thread) {
  const Trace trace{.events = {at(1, accepted), at(2, running), at(3, waiting, kBackend), at(4, running, kHeldThread),
                               at(5, waiting, kBackend), at(6, ready), at(7, running), at(8, closed)}};
  const auto spans = requests_of(trace).at(0).spans;
  EXPECT_EQ(spans[1].lane, 3U);
  EXPECT_EQ(spans[3].lane, std::nullopt);
  EXPECT_EQ(spans[4].state, SpanState::ready);
  EXPECT_EQ(spans[4].lane, std::nullopt);
}

TEST(Timeline, connections_do_not_mix) {
  const Trace trace{.events = {at(1, accepted, 0, 0, 1), at(2, accepted, 0, 0, 2), at(3, running, 0, 0, 2),
                               at(4, running, 0, 1, 1), at(5, closed, 0, 0, 2), at(6, closed, 0, 1, 1)}};
  const auto requests = requests_of(trace);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].spans[0].begin_ns, 4);
  EXPECT_EQ(requests[1].spans[0].end_ns, 5);
}

TEST(Timeline, a_request_the_trace_ends_in_is_left_out) {
  EXPECT_TRUE(requests_of({.events = {at(1, accepted), at(2, running), at(3, waiting, kBackend)}}).empty());
}

TEST(Timeline, a_trace_with_a_hole_is_not_believed) {
  const auto reading = [](std::vector<TraceEvent> events) {
    return [events = std::move(events)] { (void)requests_of({.events = events}); };
  };
  EXPECT_THAT(reading({at(1, accepted), at(2, running), at(3, running)}),
              ThrowsMessage<std::runtime_error>(HasSubstr("on connection 1 running follows running")));
  EXPECT_THAT(reading({at(1, accepted), at(2, waiting)}),
              ThrowsMessage<std::runtime_error>(HasSubstr("waiting follows accepted")));
  EXPECT_THAT(reading({at(1, running)}), ThrowsMessage<std::runtime_error>(HasSubstr("running follows nothing")));
  EXPECT_THAT(reading({at(1, accepted), at(2, closed), at(3, running)}),
              ThrowsMessage<std::runtime_error>(HasSubstr("running follows closed")));
}

}  // namespace
}  // namespace interleave
