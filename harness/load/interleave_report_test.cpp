#include "harness/load/interleave_report.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/driver/driver.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 15 requests in a window of 2 s after 4 of the warm-up: 8 took 10 ms, 2 took 20 ms, 3 timed out at 5 s, 1 got a 503
// and 1 was still open at the end. The last reply came after the window.
constexpr const char* kReport =
    R"({"schema_version":1,"url":"http://127.0.0.1:1/","validity":"ok","validity_reasons":[],
  "load":{"kind":"open","arrival":"poisson","rate_target":7.5,"connections":4,"duration_s":2.0},
  "counts":{"scheduled":15,"ok":10,"http_error":1,"connect_error":0,"reset":0,"timeout":3,"shed":0,"censored":1},
  "counts_warmup":{"scheduled":4,"ok":2,"http_error":0,"connect_error":1,"reset":1,"timeout":0,"shed":0,"censored":0},
  "throughput_rps":4.5,"bytes":{"sent":900,"received":1200},
  "response_time_ns":{"count":13,
    "hdr":"HISTFAAAACt4nJNpmSzMwMDAxQABzFCaEYh5f7hHMNh/gAi0P2YU+MvPcrSeDQCPDgf9"}})";

std::string edited(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(InterleaveReport, becomes_the_result_of_any_generator) {
  const DriverResult result = parse_interleave_report(kReport);
  EXPECT_EQ(result.requests, 10U) << "nine proper replies in the window, and the 503";
  EXPECT_EQ(result.duration_us, 2'000'000U);
  EXPECT_EQ(result.answered, 13U) << "the warm-up's too: the server counts them";
  EXPECT_EQ(result.unanswered, 5U);
  EXPECT_EQ(result.bytes, 1200U);
  EXPECT_EQ(result.errors.status, 1U);
  EXPECT_EQ(result.errors.timeout, 3U);
  EXPECT_EQ(result.errors.censored, 1U);
  EXPECT_EQ(result.errors.total(), 5U);
  EXPECT_EQ(result.scheduled, 15U);
  ASSERT_TRUE(result.self_check.has_value());
  EXPECT_EQ(result.self_check->verdict, SelfCheck::ok);
  EXPECT_FALSE(result.wrk.has_value());
  EXPECT_THAT(result.interleave, HasSubstr(R"("rate_target":7.5)"));
}

TEST(InterleaveReport, keeps_the_times_of_proper_replies_and_counts_the_others_above_them) {
  const DriverResult result = parse_interleave_report(kReport);
  ASSERT_TRUE(result.latency_us.has_value());
  EXPECT_THAT(*result.latency_us, ElementsAre(std::pair(10'002, 8), std::pair(20'005, 2)));
  EXPECT_EQ(result.latency_lost, 5U);
}

TEST(InterleaveReport, of_a_closed_loop_has_no_schedule) {
  EXPECT_FALSE(parse_interleave_report(edited(kReport, R"("kind":"open")", R"("kind":"closed")")).scheduled);
}

TEST(InterleaveReport, carries_the_verdict_of_the_generator_on_itself) {
  const std::string bound =
      edited(edited(kReport, R"("validity":"ok")", R"("validity":"generator_bound")"), R"("validity_reasons":[])",
             R"("validity_reasons":[{"reason":"busy","detail":"91 %"},{"reason":"steal","detail":"3 %"}])");
  const DriverResult result = parse_interleave_report(bound);
  EXPECT_EQ(result.self_check->verdict, SelfCheck::generator_bound);
  EXPECT_EQ(result.self_check->detail, "91 %; 3 %");
}

// The same run second by second: replies in the window and, one, in the drain.
constexpr const char* kTimeline =
    R"("timeline":[
  {"scheduled":8,"ok":6,"failed":1,"p50_ns":1,"p99_ns":1,"max_ns":1,"response_ns":[[8388608,6]]},
  {"scheduled":7,"ok":3,"failed":0,"p50_ns":1,"p99_ns":1,"max_ns":1,"response_ns":[[8388608,2],[16777216,1]]},
  {"scheduled":0,"ok":1,"failed":4,"p50_ns":1,"p99_ns":1,"max_ns":1,"response_ns":[[16777216,1]]}],
  "throughput_rps")";

std::string with_timeline() {
  return edited(kReport, "\"throughput_rps\"", kTimeline);
}

TEST(InterleaveReport, may_have_a_timeline_and_keeps_it) {
  const DriverResult result = parse_interleave_report(with_timeline());
  EXPECT_THAT(result.interleave, HasSubstr(R"("response_ns":[[8388608,2],[16777216,1]])"));
  EXPECT_EQ(result.requests, parse_interleave_report(kReport).requests) << "all else is as without";
}

TEST(InterleaveReport, that_cannot_be_is_refused_with_one_clear_line) {
  struct Case {
    std::string text;
    const char* message;
  };
  const Case cases[] = {
      {"", "empty"},
      {std::string(kReport).substr(0, 200), "truncated"},
      {"[1]", "not JSON"},
      {edited(kReport, "\"schema_version\":1", "\"schema_version\":2"), "another version"},
      {edited(kReport, "\"duration_s\":2.0", "\"duration_s\":0"), "'duration_s' is not above 0"},
      {edited(edited(kReport, "\"duration_s\":2.0", "\"duration_s\":0.0"), R"("validity_reasons":[])",
              R"("validity_reasons":[{"reason":"probe_failed","detail":"Connection refused"}])"),
       "nothing was measured: Connection refused"},
      {edited(kReport, "\"scheduled\":15", "\"scheduled\":16"),
       "'counts': 16 requests were scheduled, 15 have an outcome"},
      {edited(kReport, "\"scheduled\":4", "\"scheduled\":5"),
       "'counts_warmup': 5 requests were scheduled, 4 have an outcome"},
      {edited(kReport, "\"shed\":0", "\"shed\":-1"), "'shed' is not a count"},
      {edited(kReport, "\"shed\":0,", ""), "'shed' is missing"},
      {edited(kReport, "HISTF", "HISTX"), "'hdr' is no histogram"},
      {edited(edited(kReport, "\"ok\":10", "\"ok\":14"), "\"scheduled\":15", "\"scheduled\":19"),
       "fewer samples than there were replies"},
      {edited(kReport, R"("validity":"ok")", R"("validity":"fine")"), "'validity' is 'fine'"},
      {edited(with_timeline(), "\"scheduled\":8", "\"scheduled\":9"), "its seconds do not add up to 'counts'"},
      {edited(with_timeline(), "\"failed\":4", "\"failed\":3"), "its seconds do not add up to 'counts'"},
      {edited(edited(with_timeline(), "\"ok\":6", "\"ok\":5"), "[8388608,6]", "[8388608,5]"),
       "its seconds do not add up to 'counts'"},
      {edited(with_timeline(), "[8388608,6]", "[8388608,5]"), "the buckets of a second do not hold its replies"},
      {edited(with_timeline(), "[8388608,6]", "[8388608]"), "a bucket is not [lowest, count]"},
      {edited(with_timeline(), "\"failed\":1,", ""), "'failed' is missing"},
      {edited(kReport, "\"throughput_rps\":4.5", "\"throughput_rps\":null"), "'throughput_rps' is not a number"},
  };
  for (const Case& c : cases) {
    try {
      (void)parse_interleave_report(c.text);
      ADD_FAILURE() << "accepted: " << c.text;
    } catch (const DriverReportError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.message));
    }
  }
  EXPECT_THROW((void)read_interleave_report("/nonexistent/report.json"), DriverReportError);
}

}  // namespace
}  // namespace interleave
