#include "harness/load/wrk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kGoodReport = R"({"requests":10,"duration_us":1000,"bytes":500,
  "errors":{"connect":0,"read":0,"write":0,"status":0,"timeout":0},
  "reported":{"min_us":100,"max_us":100,"mean_us":100,"stdev_us":0,"p50_us":100,"p90_us":100,"p99_us":100,"p999_us":100},
  "histogram":[[100,10]]})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(WrkCommand, says_everything_wrk_needs) {
  const DriverCommand command = wrk_command({.url = "http://127.0.0.1:8080/one_call",
                                             .connections = 64,
                                             .threads = 1,
                                             .duration = milliseconds{1500},
                                             .timeout = seconds{11},
                                             .script = "wrk_report.lua",
                                             .report = "/tmp/report.json"});
  EXPECT_THAT(command.arguments, ElementsAre("wrk", "-c", "64", "-t", "1", "-d", "2s", "--timeout", "11s", "-s",
                                             "wrk_report.lua", "http://127.0.0.1:8080/one_call"));
  EXPECT_THAT(command.environment, ElementsAre(std::pair("INTERLEAVE_WRK_REPORT", "/tmp/report.json")));
}

TEST(WrkCommand, hands_over_several_routes_by_environment) {
  WrkJob job;
  job.report = "r.json";
  job.routes = {{.target = "/a", .weight = 1}};
  EXPECT_EQ(wrk_command(job).environment.size(), 1U) << "one route: no Lua for each request";
  job.routes.push_back({.target = "/b", .weight = 2.5});
  job.seed = 9;
  const auto environment = wrk_command(job).environment;
  EXPECT_EQ(environment.at("INTERLEAVE_WRK_ROUTES"), "1.000000 /a\n2.500000 /b\n");
  EXPECT_EQ(environment.at("INTERLEAVE_WRK_SEED"), "9");
}

TEST(WrkReport, counts_requests_by_route) {
  EXPECT_THAT(parse_wrk_report(kGoodReport, 1).route_requests, testing::IsEmpty());
  const std::string several = replaced(kGoodReport, R"("reported")", R"("routes":[7,4],"reported")");
  EXPECT_THAT(parse_wrk_report(several, 1).route_requests, ElementsAre(7, 4));
  for (const char* wrong :
       {R"("routes":7,"reported")", R"("routes":[-1],"reported")", R"("routes":["a"],"reported")"}) {
    EXPECT_THROW((void)parse_wrk_report(replaced(kGoodReport, R"("reported")", wrong), 1), DriverReportError)
        << wrong;
  }
}

TEST(WrkCommand, never_lets_threads_eat_connections) {
  struct Case {
    std::uint32_t connections, threads;
    const char* expected;
  };
  for (const Case& c : {Case{100, 3, "2"}, Case{1, 4, "1"}, Case{64, 4, "4"}, Case{7, 3, "1"}, Case{8, 0, "1"}}) {
    WrkJob job;
    job.connections = c.connections;
    job.threads = c.threads;
    const auto command = wrk_command(job);
    EXPECT_EQ(command.arguments[4], c.expected) << c.connections << " connections, " << c.threads << " threads";
  }
}

TEST(WrkTimeout, is_four_times_the_longest_latency_within_bounds) {
  EXPECT_EQ(wrk_timeout(milliseconds{10}), seconds{2});
  EXPECT_EQ(wrk_timeout(milliseconds{2600}), seconds{11});
  EXPECT_EQ(wrk_timeout(seconds{15}), seconds{60});
  EXPECT_EQ(wrk_timeout(std::chrono::nanoseconds::max()), seconds{60});
}

TEST(WrkReport, is_read_and_its_histogram_proven) {
  const DriverResult result = parse_wrk_report(kGoodReport, 1);
  EXPECT_EQ(result.requests, 10U);
  EXPECT_EQ(result.duration_us, 1000U);
  EXPECT_EQ(result.bytes, 500U);
  EXPECT_EQ(result.wrk->expected_interval_us, 100U);
  EXPECT_EQ(result.wrk->recovery, Recovery::exact);
  EXPECT_FALSE(result.wrk->corrected);
  ASSERT_TRUE(result.latency_us.has_value());
  EXPECT_THAT(*result.latency_us, ElementsAre(std::pair(100U, 10U)));
  ASSERT_TRUE(result.wrk->reported.has_value());
  EXPECT_EQ(result.wrk->reported->p50_us, 100);
}

TEST(WrkReport, without_histogram_is_capped_and_has_no_raw_latencies) {
  const DriverResult result = parse_wrk_report(replaced(kGoodReport, "[[100,10]]", "null"), 1);
  EXPECT_EQ(result.wrk->recovery, Recovery::capped);
  EXPECT_FALSE(result.latency_us.has_value());
}

TEST(WrkReport, with_a_broken_checksum_has_no_raw_latencies) {
  const DriverResult result = parse_wrk_report(replaced(kGoodReport, "[[100,10]]", "[[100,11]]"), 1);
  EXPECT_EQ(result.wrk->recovery, Recovery::failed);
  EXPECT_FALSE(result.latency_us.has_value());
}

TEST(WrkReport, of_a_run_without_any_reply_is_not_an_error_of_the_report) {
  const DriverResult result = parse_wrk_report(
      R"({"requests":0,"duration_us":1000,"bytes":0,"errors":{"connect":3,"read":0,"write":0,"status":0,"timeout":0},
          "reported":null,"histogram":[]})",
      3);
  EXPECT_EQ(result.requests, 0U);
  EXPECT_EQ(result.errors.connect, 3U);
  EXPECT_FALSE(result.wrk->reported.has_value());
}

TEST(WrkReport, that_is_garbage_is_refused_with_one_clear_line) {
  struct Case {
    std::string text;
    const char* message;
  };
  const Case cases[] = {
      {"", "empty"},
      {std::string(kGoodReport).substr(0, 120), "truncated"},
      {"<html>", "not JSON"},
      {"[1,2]", "not JSON"},
      {replaced(kGoodReport, "\"requests\":10,", ""), "'requests' is missing"},
      {replaced(kGoodReport, "\"requests\":10,", "\"requests\":-1,"), "'requests' is not a count"},
      {replaced(kGoodReport, "\"duration_us\":1000", "\"duration_us\":0"), "'duration_us' is 0"},
      {replaced(kGoodReport, "\"read\":0", "\"read\":null"), "'read' is not a count"},
      {replaced(kGoodReport, "[[100,10]]", "[[100]]"), "[microseconds, count]"},
      {replaced(kGoodReport, "[[100,10]]", "[[100,5],[90,5]]"), "ascending"},
      {replaced(kGoodReport, "[[100,10]]", "[[100,0]]"), "counts above 0"},
      {replaced(kGoodReport, "[[100,10]]", "7"), "not an array"},
      {replaced(kGoodReport, "\"stdev_us\":0,", ""), "'stdev_us' is missing"},
  };
  for (const Case& c : cases) {
    try {
      (void)parse_wrk_report(c.text, 1);
      ADD_FAILURE() << "accepted: " << c.text;
    } catch (const DriverReportError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.message));
    }
  }
  EXPECT_THROW((void)read_wrk_report("/nonexistent/report.json", 1), DriverReportError);
}

}  // namespace
}  // namespace interleave
