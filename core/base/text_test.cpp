#include "core/base/text.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(EditDistance, counts_single_edits) {
  struct Case {
    std::string_view a, b;
    std::size_t distance;
  };
  for (const auto& c : std::vector<Case>{{"", "", 0},
                                         {"", "abc", 3},
                                         {"same", "same", 0},
                                         {"Same", "sAME", 0},
                                         {"kitten", "sitting", 3},
                                         {"latencey", "latency", 1},
                                         {"lateny", "latency", 1},
                                         {"cal", "call", 1},
                                         {"clal", "call", 1},  // neighbours swapped: one edit
                                         {"ca", "abc", 3},     // optimal string alignment: no edit inside a swap
                                         {"abcdef", "ghijkl", 6}}) {
    EXPECT_EQ(edit_distance(c.a, c.b), c.distance) << c.a << " / " << c.b;
    EXPECT_EQ(edit_distance(c.b, c.a), c.distance) << c.b << " / " << c.a;
  }
}

TEST(ClosestMatch, finds_what_was_meant_or_nothing) {
  const std::array<std::string_view, 5> keys{"latency", "reply_bytes", "cpu", "call", "db"};
  struct Case {
    std::string_view word;
    std::optional<std::string> match;
  };
  for (const auto& c : std::vector<Case>{{"latencey", "latency"},
                                         {"Latency", "latency"},
                                         {"reply_byte", "reply_bytes"},
                                         {"reply-bytes", "reply_bytes"},
                                         {"cal", "call"},
                                         {"CPU", "cpu"},
                                         {"dbb", "db"},
                                         {"d", "db"},
                                         {"x", std::nullopt},
                                         {"zz", std::nullopt},
                                         {"throughput", std::nullopt},
                                         {"", std::nullopt}}) {
    EXPECT_EQ(closest_match(c.word, keys), c.match) << c.word;
  }
}

TEST(ClosestMatch, prefers_the_nearest_and_the_first_of_equals) {
  EXPECT_EQ(closest_match("modes", std::array<std::string_view, 2>{"nodes__", "models"}), "models");
  EXPECT_EQ(closest_match("cat", std::array<std::string_view, 2>{"car", "bat"}), "car");
}

TEST(ClosestMatch, of_no_candidates_or_of_garbage_is_nothing) {
  EXPECT_EQ(closest_match("word", {}), std::nullopt);
  const std::string garbage(1'000'000, 'x');
  EXPECT_EQ(closest_match(garbage, std::array<std::string_view, 1>{garbage}), std::nullopt);
}

TEST(DidYouMean, reads_well_at_the_end_of_a_message) {
  const std::array<std::string_view, 1> keys{"latency"};
  EXPECT_EQ(did_you_mean("latencey", keys), " (did you mean 'latency'?)");
  EXPECT_EQ(did_you_mean("weight", keys), "");
}

}  // namespace
}  // namespace interleave
