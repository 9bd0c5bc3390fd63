#include "backend/statistics.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

std::vector<ServiceSpec> two_services() {
  return {{"db", ConstantLatency{10ms}, 64}, {"cache", ConstantLatency{1ms}, 8}};
}

Json read(const Statistics& statistics) {
  return Json::parse(statistics.to_json(Services(two_services(), 7), 3us));
}

TEST(Statistics, has_no_numbers_where_nothing_was_measured) {
  const Json stats = read(Statistics(2));
  EXPECT_EQ(stats["schema_version"], 1);
  EXPECT_EQ(stats["seed"], 7);
  EXPECT_EQ(stats["cpu_ns"], 3000);
  EXPECT_EQ(stats["calls"], 0);
  EXPECT_TRUE(stats["mean_delay_ns"].is_null());
  EXPECT_EQ(stats["lateness_ns"]["count"], 0);
  for (const char* key : {"mean", "p50", "p99", "max"}) EXPECT_TRUE(stats["lateness_ns"][key].is_null()) << key;
}

TEST(Statistics, counts_calls_by_outcome_and_service) {
  Statistics statistics(2);
  for (const std::size_t service : {0U, 1U, 0U, 0U}) statistics.call_received({.service = service});
  statistics.call_completed(10ms, 100ns);
  statistics.calls_abandoned(2);
  statistics.command_refused();
  const Json stats = read(statistics);
  EXPECT_EQ(stats["calls"], 4);
  EXPECT_EQ(stats["completed"], 1);
  EXPECT_EQ(stats["abandoned"], 2);
  EXPECT_EQ(stats["in_flight"], 1);
  EXPECT_EQ(stats["max_in_flight"], 4);
  EXPECT_EQ(stats["errors"], 1);
  EXPECT_EQ(stats["calls_by_service"], (Json{{"db", 3}, {"cache", 1}}));
}

TEST(Statistics, counts_the_faults_of_each_service) {
  Statistics statistics(2);
  for (const Fault fault : {Fault::none, Fault::fail, Fault::reset, Fault::hang, Fault::hang, Fault::slow})
    statistics.call_received({.service = 1, .fault = fault});
  const Json services = read(statistics)["services"];
  EXPECT_EQ(services["cache"], (Json{{"calls", 6},
                                     {"failed", 1},
                                     {"reset", 1},
                                     {"hung", 2},
                                     {"slow", 1},
                                     {"queued", 0},
                                     {"in_service", 0},
                                     {"max_queued", 0}}));
  EXPECT_EQ(services["db"]["calls"], 0);
}

TEST(Statistics, summarizes_delay_and_lateness_of_completed_calls) {
  Statistics statistics(1);
  for (int i = 1; i <= 100; ++i) {
    statistics.call_received({});
    statistics.call_completed(Nanoseconds(1000 * i), Nanoseconds(i));
  }
  const Json stats = Json::parse(statistics.to_json(Services({two_services()[0]}, 0), 0ns));
  EXPECT_DOUBLE_EQ(stats["mean_delay_ns"], 50'500.0);
  const Json& lateness = stats["lateness_ns"];
  EXPECT_EQ(lateness["count"], 100);
  EXPECT_DOUBLE_EQ(lateness["mean"], 50.5);
  EXPECT_EQ(lateness["p50"], 50);
  EXPECT_EQ(lateness["p99"], 99);
  EXPECT_EQ(lateness["max"], 100);
}

TEST(Statistics, reset_keeps_what_is_open_and_in_flight) {
  Statistics statistics(2);
  statistics.connection_opened();
  statistics.connection_opened();
  statistics.connection_closed();
  for (int i = 0; i < 3; ++i) statistics.call_received({});
  statistics.call_completed(10ms, 5ns);
  statistics.reset();
  Json stats = read(statistics);
  EXPECT_EQ(stats["calls"], 2);
  EXPECT_EQ(stats["completed"], 0);
  EXPECT_EQ(stats["in_flight"], 2);
  EXPECT_EQ(stats["max_in_flight"], 2);
  EXPECT_EQ(stats["connections"], (Json{{"open", 1}, {"accepted", 1}}));
  EXPECT_TRUE(stats["lateness_ns"]["max"].is_null());
  statistics.call_completed(10ms, 5ns);
  statistics.calls_abandoned(1);
  stats = read(statistics);
  EXPECT_EQ(stats["calls"], 2);
  EXPECT_EQ(stats["in_flight"], 0);
  EXPECT_EQ(stats["completed"], 1);
  EXPECT_EQ(stats["abandoned"], 1);
}

}  // namespace
}  // namespace interleave
