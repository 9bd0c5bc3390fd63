#include "harness/load/generator/result_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Three replies and a timeout in two seconds, of which the second is the drain.
LoadResult small_result() {
  LoadResult result(10s);
  result.duration = 1s;
  result.timeline.emplace(5s, time_range(10s));
  for (const auto response : {10ms, 11ms, 600ms}) {
    const auto ns = static_cast<std::uint64_t>(Nanoseconds(response).count());
    ++result.tally.window.scheduled;
    result.tally.window.add(Outcome::ok);
    result.tally.response.record(ns);
    result.timeline->scheduled(500ms);
    result.timeline->answered(500ms + response, ns);
  }
  ++result.tally.window.scheduled;
  result.tally.window.add(Outcome::timeout);
  result.timeline->scheduled(900ms);
  result.timeline->failed(1900ms);
  return result;
}

TEST(ResultJson, has_the_seconds_of_the_run_where_they_are_asked_for) {
  LoadPlan plan;
  plan.timeline_in_result = true;
  const json timeline = json::parse(result_json(plan, small_result())).at("timeline");
  EXPECT_EQ(timeline, json::parse(R"([
    {"scheduled":4,"ok":2,"failed":0,"p50_ns":10002431,"p99_ns":11001855,"max_ns":11001855,
     "response_ns":[[8388608,1],[10485760,1]]},
    {"scheduled":0,"ok":1,"failed":1,"p50_ns":600309759,"p99_ns":600309759,"max_ns":600309759,
     "response_ns":[[536870912,1]]}])"));
  EXPECT_FALSE(json::parse(result_json(LoadPlan(), small_result())).contains("timeline"));
}

}  // namespace
}  // namespace interleave
