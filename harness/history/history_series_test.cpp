#include "harness/history/history_series.hpp"

#include <gmock/gmock.h>

#include "harness/history/history_examples.hpp"
#include "harness/history/history_text.hpp"

namespace interleave {
namespace {

using examples::history_entry;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::vector<std::string> cpu_only{"cpu_us_per_request"};

TEST(HistorySeries, never_hold_figures_of_two_machines) {
  const auto histories = sort_history(
      {history_entry("a", 1, 20), history_entry("b", 2, 40, "6.2"), history_entry("c", 3, 22)}, cpu_only);
  ASSERT_THAT(histories, SizeIs(2));
  EXPECT_THAT(histories[0].commits, ElementsAre("a", "c"));
  EXPECT_THAT(histories[1].commits, ElementsAre("b"));
  EXPECT_NEAR(last_change(histories[0].series[0])->percent, 10, 1e-9);
  EXPECT_FALSE(last_change(histories[1].series[0]));
}

TEST(HistorySeries, nor_of_two_plans) {
  HistoryEntry other = history_entry("b", 2, 40);
  other.conditions.duration_ns *= 2;
  EXPECT_THAT(sort_history({history_entry("a", 1, 20), other}, cpu_only), SizeIs(2));
}

TEST(HistorySeries, are_in_the_order_of_the_measurements) {
  const auto histories = sort_history({history_entry("late", 9, 20), history_entry("early", 1, 30)}, cpu_only);
  EXPECT_THAT(histories[0].commits, ElementsAre("early", "late"));
}

TEST(HistorySeries, say_whether_the_intervals_are_apart) {
  const auto change = [](double before, double after) {
    return last_change(
        sort_history({history_entry("a", 1, before), history_entry("b", 2, after)}, cpu_only)[0].series[0]);
  };
  EXPECT_EQ(change(20, 20.2)->apart, false);
  EXPECT_EQ(change(20, 22)->apart, true);
  EXPECT_EQ(change(22, 20)->apart, true);
  const auto p50 = sort_history({history_entry("a", 1, 1), history_entry("b", 2, 1)}, {"p50_ms"});
  EXPECT_FALSE(last_change(p50[0].series[0])->apart.has_value()) << "without intervals nothing is known";
}

TEST(HistorySeries, say_nothing_of_what_is_not_ok) {
  HistoryEntry suspect = history_entry("b", 2, 40);
  suspect.cells[0].validity = Validity::suspect;
  EXPECT_FALSE(last_change(sort_history({history_entry("a", 1, 20), suspect}, cpu_only)[0].series[0]));
}

TEST(HistorySeries, compare_with_the_last_entry_that_has_the_figure) {
  HistoryEntry without = history_entry("b", 2, 40);
  without.cells[0].figures.clear();
  const auto histories = sort_history({history_entry("a", 1, 20), without, history_entry("c", 3, 21)}, cpu_only);
  EXPECT_NEAR(last_change(histories[0].series[0])->percent, 5, 1e-9);
}

TEST(HistorySeries, name_the_commit_at_which_the_level_changed) {
  std::vector<HistoryEntry> entries;
  for (int day = 1; day <= 16; ++day) {
    entries.push_back(history_entry(fmt::format("c{}", day), day, (day < 9 ? 20.0 : 24.0) + 0.1 * (day % 3)));
  }
  const std::vector<LevelChange> changes = level_changes(sort_history(entries, cpu_only)[0].series[0]);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].commit, "c9");
  EXPECT_NEAR(changes[0].before, 20.1, 1e-9) << "the median of what was before";
  EXPECT_NEAR(changes[0].after, 24.1, 1e-9);
  EXPECT_NEAR(changes[0].percent(), 100 * (24.1 / 20.1 - 1), 1e-9);
  EXPECT_THAT(level_changes(sort_history(entries, {"p50_ms"})[0].series[0]), IsEmpty());
  EXPECT_THAT(history_text(sort_history(entries, cpu_only), 2), HasSubstr("  c9 (+19.9 %)\n"));
}

TEST(HistorySeries, of_a_share_of_the_capacity_are_one_whatever_the_rate_was) {
  std::vector<HistoryEntry> entries{history_entry("a", 1, 20), history_entry("b", 2, 20)};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].cells[0].load.rate = OfferedRate{.rps = 1000 + static_cast<double>(i), .percent = 50};
  }
  const auto histories = sort_history(entries, cpu_only);
  ASSERT_THAT(histories[0].series, SizeIs(1));
  EXPECT_THAT(histories[0].series[0].points, SizeIs(2));
  EXPECT_EQ(load_name(histories[0].series[0].load), "50% c64");
  EXPECT_FALSE(histories[0].series[0].load.rate->rps);
}

TEST(HistoryText, shows_the_last_commits_and_the_change) {
  const std::string text = history_text(
      sort_history({history_entry("a", 1, 20), history_entry("b", 2, 21), history_entry("c", 3, 25)}, cpu_only), 2);
  EXPECT_THAT(text, HasSubstr("model       workload  load     b     c     change  level changed at\n"
                              "libuv_loop  one_call  64    21.0  25.0  +19.0 % *                 -\n"));
  EXPECT_THAT(text, HasSubstr("3 entries; host host\n"));
  EXPECT_THAT(text, HasSubstr("A trend, not a verdict"));
  EXPECT_THAT(text, Not(HasSubstr("several host names")));
}

TEST(HistoryText, tells_that_alike_is_not_the_same) {
  HistoryEntry other = history_entry("b", 2, 21);
  other.hostname = "other";
  EXPECT_THAT(history_text(sort_history({history_entry("a", 1, 20), other}, cpu_only), 2),
              HasSubstr("host host, other\nnote: several host names"));
}

}  // namespace
}  // namespace interleave
