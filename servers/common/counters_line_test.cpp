#include "servers/common/counters_line.hpp"

#include <limits>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

nlohmann::json formatted(const CounterTotals& totals, const ProcessUsage& usage) {
  LineBuffer buffer;
  const std::string_view line(buffer.data(), format_counters(totals, usage, buffer));
  EXPECT_EQ(line.back(), '\n');
  return nlohmann::json::parse(line);
}

TEST(CountersLine, is_json_with_every_count) {
  CounterTotals totals;
  totals.requests = 7;
  totals.responses[status_index(200)] = 5;
  totals.responses[status_index(404)] = 2;
  totals.backend_calls = 5;
  totals.connections_answered = 4;
  totals.max_in_flight = 3;
  totals.trace_events_dropped = 4;
  const auto json = formatted(
      totals, {.cpu_ns = 11, .user_us = 1, .system_us = 2, .voluntary_switches = 3, .involuntary_switches = 4});
  EXPECT_EQ(json["requests"], 7);
  EXPECT_EQ(json["responses"], (nlohmann::json{{"200", 5}, {"404", 2}}));
  EXPECT_EQ(json["backend_calls"], 5);
  EXPECT_EQ(json["per_connection"]["answered"], 4);
  EXPECT_EQ(json["max_in_flight"], 3);
  EXPECT_EQ(json["trace_events_dropped"], 4);
  EXPECT_EQ(json["cpu_ns"], 11);
  EXPECT_EQ(json["voluntary_switches"], 3);
}

TEST(CountersLine, fits_its_buffer_with_the_largest_counts) {
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  CounterTotals totals{kMost, {},    kMost, kMost, kMost, kMost, kMost, kMost, kMost,
                       kMost, kMost, kMost, kMost, kMost, kMost, kMost, kMost};
  totals.responses.fill(kMost);
  const auto json = formatted(totals, {kMost, kMost, kMost, kMost, kMost});
  EXPECT_EQ(json["responses"].size(), kStatuses.size());
  EXPECT_EQ(json["per_connection"]["unanswered"], kMost);
  EXPECT_EQ(json["max_in_flight"], kMost);
  EXPECT_EQ(json["involuntary_switches"], kMost);
}

}  // namespace
}  // namespace interleave
