#include "harness/plan/load.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Rate, is_a_whole_number_or_a_share_of_capacity) {
  struct Case {
    const char* text;
    std::optional<OfferedRate> expected;
  };
  const Case cases[] = {
      {"1", OfferedRate{.rps = 1, .percent = {}}},
      {"1000", OfferedRate{.rps = 1000, .percent = {}}},
      {"10000000", OfferedRate{.rps = 10'000'000, .percent = {}}},
      {"10%", OfferedRate{.rps = {}, .percent = 10}},
      {"1000%", OfferedRate{.rps = {}, .percent = 1000}},
      {"0", {}},
      {"0%", {}},
      {"-5", {}},
      {"1.5", {}},
      {"10000001", {}},
      {"1001%", {}},
      {"%", {}},
      {"", {}},
      {"10 %", {}},
      {"10%%", {}},
      {"1k", {}},
      {"99999999999999999999", {}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(parse_rate(c.text), c.expected) << c.text;
    if (c.expected) {
      EXPECT_EQ(to_string(*c.expected), c.text);
    }
  }
}

TEST(Rate, keeps_its_name_once_it_is_known) {
  EXPECT_EQ(to_string(OfferedRate{.rps = 1234.5, .percent = 50}), "50%");
}

TEST(CellLoad, has_a_short_name) {
  EXPECT_EQ(short_name({.driver = "wrk", .connections = 64, .rate = {}}), "64");
  EXPECT_EQ(short_name({.driver = "interleave", .connections = 64, .rate = parse_rate("250")}), "250/s");
  EXPECT_EQ(short_name({.driver = "interleave", .connections = 64, .rate = parse_rate("90%")}), "90%");
}

}  // namespace
}  // namespace interleave
