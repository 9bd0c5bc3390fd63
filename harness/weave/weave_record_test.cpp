#include "harness/weave/weave_record.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;
using enum TraceState;

constexpr auto kBackendOp = static_cast<std::uint8_t>(TraceOp::backend);

TraceEvent at(std::uint64_t time, std::uint32_t connection, TraceState state, std::uint8_t detail = 0,
              std::uint16_t lane = 5) {
  return {.time_ns = time, .connection = connection, .lane = lane, .state = state, .detail = detail};
}

TimedReply reply(std::int64_t sent, std::int64_t received) {
  return {.sent = TimePoint(Nanoseconds(sent)), .received = TimePoint(Nanoseconds(received)), .status = 200};
}

// A warm-up connection, then two requests woven on lane 5, sent at 1000 and 1010.
Trace woven() {
  return {.events = {at(1, 1, accepted), at(2, 1, running), at(3, 1, closed), at(990, 2, accepted),
                     at(1020, 2, running), at(1030, 3, accepted), at(1040, 2, waiting, kBackendOp),
                     at(1050, 3, running), at(1060, 3, waiting, kBackendOp), at(1100, 2, running),
                     at(1110, 2, closed), at(1120, 3, running), at(1130, 3, closed)},
          .dropped = 0,
          .lanes = 6,
          .connections = 3};
}
const std::vector<TimedReply> replies_of_two{reply(1000, 1111), reply(1010, 1131)};
const std::vector<std::string> targets_of_two{"/weave?id=1", "/weave?id=2"};

WeaveRecord record() {
  WeaveRecord weave{.model = "m",
                    .family = "loop",
                    .workload = "weave",
                    .workload_source = "",
                    .in_flight_limit = {},
                    .finish_ns = {131},
                    .requests = weave_of(woven(), replies_of_two, targets_of_two)};
  weave.lanes = renumber_lanes(weave.requests);
  return weave;
}

TEST(Weave, spans_reach_from_sending_to_the_end_without_gaps) {
  const auto requests = weave_of(woven(), replies_of_two, targets_of_two);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].name, "A");
  EXPECT_EQ(requests[0].spans.front().state, SpanState::ready);  // accepted before it was sent
  EXPECT_EQ(requests[1].spans.front().state, SpanState::accept_queue);
  EXPECT_EQ(requests[1].spans[1].state, SpanState::ready);
  EXPECT_EQ(requests[1].received_ns, 131);
  for (const WeaveRequest& request : requests) {
    EXPECT_EQ(request.spans.front().begin_ns, request.sent_ns);
    for (std::size_t i = 1; i < request.spans.size(); ++i) {
      EXPECT_EQ(request.spans[i - 1].end_ns, request.spans[i].begin_ns);
    }
  }
}

TEST(Weave, a_request_worked_on_before_its_sender_looked_at_the_clock_began_then) {
  const auto requests = weave_of(woven(), {reply(1025, 1111), reply(1026, 1131)}, targets_of_two);
  EXPECT_EQ(requests[0].sent_ns, 0);
  EXPECT_EQ(requests[0].spans.front().state, SpanState::running);
  EXPECT_EQ(requests[1].sent_ns, 6);
}

TEST(Weave, refuses_a_trace_that_cannot_belong_to_the_replies) {
  const auto weaving = [](const Trace& trace, const std::vector<TimedReply>& replies) {
    return [trace, replies] { (void)weave_of(trace, replies, targets_of_two); };
  };
  Trace lossy = woven();
  lossy.dropped = 1;
  EXPECT_THAT(weaving(lossy, replies_of_two), ThrowsMessage<std::runtime_error>(HasSubstr("lacks 1 events")));
  Trace open = woven();
  open.events.pop_back();
  EXPECT_THAT(weaving(open, replies_of_two),
              ThrowsMessage<std::runtime_error>(HasSubstr("1 requests for 2 replies")));
  EXPECT_THAT(weaving(woven(), {reply(1000, 1111), reply(1010, 1119)}),
              ThrowsMessage<std::runtime_error>(HasSubstr("request B was answered before")));
}

TEST(Weave, a_write_may_be_known_to_have_ended_after_the_client_has_it) {
  constexpr auto kWrite = static_cast<std::uint8_t>(TraceOp::write);
  Trace trace = woven();
  trace.events.pop_back();
  for (const TraceEvent& event : {at(1125, 3, waiting, kWrite), at(1140, 3, running), at(1141, 3, closed)}) {
    trace.events.push_back(event);
  }
  const auto requests = weave_of(trace, {reply(1000, 1111), reply(1010, 1130)}, targets_of_two);
  EXPECT_EQ(requests[1].received_ns, 130);
  EXPECT_EQ(requests[1].spans.back().end_ns, 141);
}

TEST(Weave, lanes_are_numbered_by_first_use) {
  auto requests = weave_of(woven(), replies_of_two, targets_of_two);
  EXPECT_EQ(renumber_lanes(requests), 1U);
  EXPECT_EQ(requests[0].spans[1].lane, 0U);
}

TEST(Weave, finds_a_lane_that_runs_two_requests_at_once) {
  auto requests = weave_of(woven(), replies_of_two, targets_of_two);
  EXPECT_EQ(overlap_in_lanes(requests), std::nullopt);
  requests[0].spans[1].end_ns = 55;  // A runs into B's turn at 50
  EXPECT_THAT(overlap_in_lanes(requests).value_or(""), HasSubstr("runs A and B"));
}

TEST(Weave, names_go_on_after_z) {
  EXPECT_EQ(request_name(0), "A");
  EXPECT_EQ(request_name(25), "Z");
  EXPECT_EQ(request_name(26), "AA");
  EXPECT_EQ(request_name(std::size_t{27} * 26), "AAA");
}

TEST(Weave, in_perfetto_only_lanes_have_complete_events) {
  const auto json = nlohmann::json::parse(to_perfetto(record()));
  std::size_t complete = 0;
  for (const auto& event : json["traceEvents"]) {
    if (event["ph"] == "X") {
      ++complete;
      EXPECT_EQ(event["tid"], 1);
    } else if (event["ph"] != "M") {
      EXPECT_EQ(event["cat"], "request");
    }
    if (event["ph"] != "M") {
      EXPECT_EQ(event["name"].get<std::string>().find_first_of("0123456789"), std::string::npos);
    }
  }
  EXPECT_EQ(complete, 4U);  // two turns each
}

TEST(Weave, json_has_every_span) {
  const auto json = nlohmann::json::parse(to_json(record()));
  EXPECT_EQ(json["requests"][0]["spans"].size(), 4U);
  EXPECT_EQ(json["requests"][0]["spans"][2]["op"], "backend");
  EXPECT_TRUE(json["requests"][0]["spans"][2]["lane"].is_null());
  EXPECT_TRUE(json["in_flight_limit"].is_null());
}

}  // namespace
}  // namespace interleave
