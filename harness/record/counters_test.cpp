#include "harness/record/counters.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using testing::HasSubstr;

constexpr const char* kCounters =
    R"({"requests":12,"responses":{"200":10,"404":2},"backend_calls":10,"backend_errors":0,"connections_accepted":3,)"
    R"("connections_closed":2,"connections_reset":1,"threads_created":0,"bytes_in":480,"bytes_out":900,"in_flight":0,)"
    R"("max_in_flight":3,"per_connection":{"answered":3,"ended":2,"responses":9,"responses_squared":41,"unanswered":0},)"
    R"("voluntary_switches":5,"involuntary_switches":1,"a_later_key":7})";

std::string without(std::string text, const std::string& part) {
  return text.erase(text.find(part), part.size());
}

TEST(ServerCounters, are_read_from_the_line_of_the_contract) {
  const ServerCounters got = parse_server_counters(kCounters);
  EXPECT_EQ(got.requests, 12U);
  EXPECT_EQ(got.responses.at("404"), 2U);
  EXPECT_EQ(got.all_responses(), 12U);
  EXPECT_EQ(got.max_in_flight, 3U);
  ASSERT_TRUE(got.per_connection);
  EXPECT_EQ(got.per_connection->answered, 3U);
  EXPECT_EQ(got.per_connection->ended, 2U);
  EXPECT_EQ(got.per_connection->responses, 9U);
  EXPECT_EQ(got.per_connection->responses_squared, 41U);
  EXPECT_EQ(got.voluntary_switches, 5U);
  EXPECT_FALSE(
      parse_server_counters(without(kCounters, R"("voluntary_switches":5,)")).voluntary_switches.has_value());
}

TEST(ServerCounters, that_are_damaged_are_refused) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("7"), without(kCounters, R"("backend_calls":10,)"),
        without(kCounters, R"("responses":{"200":10,"404":2},)"), without(kCounters, R"("ended":2,)")}) {
    EXPECT_THROW((void)parse_server_counters(text), std::runtime_error) << text;
  }
}

TEST(ServerCounters, differ_counter_by_counter) {
  ServerCounters before = parse_server_counters(kCounters);
  ServerCounters after = before;
  after.requests += 5;
  after.responses["200"] += 3;
  after.responses["503"] = 2;
  after.involuntary_switches.reset();
  after.per_connection->answered = 3 + 4;
  after.per_connection->responses_squared += 100;
  const ServerCounters delta = difference(after, before);
  EXPECT_EQ(delta.requests, 5U);
  EXPECT_EQ(delta.responses.at("200"), 3U);
  EXPECT_EQ(delta.responses.at("404"), 0U);
  EXPECT_EQ(delta.responses.at("503"), 2U);
  EXPECT_EQ(delta.max_in_flight, 3U);
  EXPECT_EQ(delta.voluntary_switches, 0U);
  EXPECT_FALSE(delta.involuntary_switches.has_value());
  EXPECT_EQ(delta.per_connection->answered, 4U);
  EXPECT_EQ(delta.per_connection->ended, 0U);
  EXPECT_EQ(delta.per_connection->responses_squared, 100U);
  before.per_connection.reset();
  EXPECT_FALSE(difference(after, before).per_connection.has_value());
}

constexpr const char* kStats =
    R"({"schema_version":1,"calls":12,"completed":10,"in_flight":2,"mean_delay_ns":10000000.0,)"
    R"("lateness_ns":{"count":10,"mean":150500.0,"p50":120000,"p99":700000,"max":1500000}})";

TEST(BackendStats, are_read_in_microseconds) {
  const BackendStats got = parse_backend_stats(kStats);
  EXPECT_EQ(got.calls, 12U);
  EXPECT_EQ(got.completed, 10U);
  EXPECT_EQ(got.in_flight, 2U);
  EXPECT_DOUBLE_EQ(got.delay_mean_us, 10'000);
  EXPECT_DOUBLE_EQ(got.lateness_mean_us, 150.5);
  EXPECT_DOUBLE_EQ(got.lateness_p50_us, 120);
  EXPECT_DOUBLE_EQ(got.lateness_p99_us, 700);
  EXPECT_DOUBLE_EQ(got.lateness_max_us, 1500);
}

TEST(BackendStats, of_a_backend_without_calls_are_zero) {
  const BackendStats got = parse_backend_stats(R"({"calls":0,"completed":0,"in_flight":0,"mean_delay_ns":null,)"
                                               R"("lateness_ns":{"mean":null,"p50":null,"p99":null,"max":null}})");
  EXPECT_EQ(got.delay_mean_us, 0);
  EXPECT_EQ(got.lateness_p99_us, 0);
}

TEST(BackendStats, that_are_damaged_are_refused) {
  for (const std::string& text :
       {std::string("{}"), without(kStats, R"("completed":10,)"), without(kStats, R"("mean":150500.0,)"),
        without(kStats, R"("mean_delay_ns":10000000.0,)")}) {
    EXPECT_THROW((void)parse_backend_stats(text), std::runtime_error) << text;
  }
}

TEST(BackendStats, differ_by_the_means_of_the_calls_between) {
  const BackendStats before{.calls = 10, .completed = 10, .delay_mean_us = 10'000, .lateness_mean_us = 500};
  const BackendStats after{.calls = 40, .completed = 40, .delay_mean_us = 10'000, .lateness_mean_us = 200};
  const BackendStats delta = difference(after, before);
  EXPECT_EQ(delta.completed, 30U);
  EXPECT_DOUBLE_EQ(delta.delay_mean_us, 10'000);
  EXPECT_DOUBLE_EQ(delta.lateness_mean_us, 100);  // (40 x 200 - 10 x 500) / 30
}

TEST(Description, says_how_a_model_is_predicted) {
  struct Case {
    const char* extra;
    std::optional<std::uint32_t> limit;
    bool predictable;
  };
  const Case cases[] = {
      {R"("family":"blocking")", 1U, true},
      {R"("family":"loop")", std::nullopt, true},
      {R"("family":"threads")", std::nullopt, true},
      {R"("family":"ruler","prediction":{"in_flight_limit":null})", std::nullopt, false},
      {R"("family":"threads","prediction":{"in_flight_limit":8})", 8U, true},
      {R"("family":"blocking","prediction":{"in_flight_limit":null})", std::nullopt, true},
  };
  for (const Case& c : cases) {
    const ModelDescription got = parse_description(
        std::string(R"({"name":"m","summary":"s","build_type":"Release","capabilities":["keep_alive"],)") + c.extra +
        "}");
    EXPECT_EQ(got.in_flight_limit, c.limit) << c.extra;
    EXPECT_EQ(got.predictable, c.predictable) << c.extra;
    EXPECT_TRUE(got.can("keep_alive"));
    EXPECT_FALSE(got.can("pipelining"));
  }
}

TEST(Description, that_is_incomplete_is_refused_by_the_name_of_what_is_missing) {
  try {
    (void)parse_description(R"({"name":"m","family":"loop","summary":"s","build_type":"Release"})");
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'capabilities' is not an array"));
  }
  EXPECT_THROW((void)parse_description(R"({"name":"m","family":"loop","summary":"s","build_type":"R",
      "capabilities":[],"prediction":{"in_flight_limit":0}})"),
               std::runtime_error);
}

}  // namespace
}  // namespace interleave
