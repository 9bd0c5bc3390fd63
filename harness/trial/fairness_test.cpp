#include "harness/trial/fairness.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace interleave {
namespace {

// A server that answered so often on each of its connections, all of which have ended.
ServerCounters served(const std::vector<std::uint64_t>& responses) {
  ServerCounters counters;
  counters.connections_accepted = counters.connections_closed = responses.size();
  PerConnection connections;
  connections.ended = responses.size();
  for (const std::uint64_t count : responses) {
    connections.responses += count;
    connections.responses_squared += count * count;
  }
  counters.per_connection = connections;
  return counters;
}

// The same after more connections.
ServerCounters after(ServerCounters before, const std::vector<std::uint64_t>& responses) {
  const ServerCounters more = served(responses);
  before.connections_accepted += more.connections_accepted;
  before.per_connection->ended += more.per_connection->ended;
  before.per_connection->responses += more.per_connection->responses;
  before.per_connection->responses_squared += more.per_connection->responses_squared;
  return before;
}

TEST(JainIndex, is_one_for_equals_and_a_share_for_the_favoured) {
  struct Case {
    const char* what;
    std::vector<std::uint64_t> responses;
    std::uint32_t connections;
    double expected;
  };
  const ServerCounters warmed_up = served({1, 700, 3});
  for (const Case& c : {Case{"all alike", {5, 5, 5, 5}, 4, 1.0}, Case{"one had them all", {8, 0, 0, 0}, 4, 0.25},
                        Case{"half of them", {6, 6, 0, 0}, 4, 0.5}, Case{"1, 2, 3", {1, 2, 3}, 3, 36.0 / 42.0},
                        Case{"two were never accepted", {6, 6}, 4, 0.5}}) {
    const auto jain = jain_index(warmed_up, after(warmed_up, c.responses), c.connections);
    ASSERT_TRUE(jain) << c.what;
    EXPECT_DOUBLE_EQ(*jain, c.expected) << c.what;
  }
}

TEST(JainIndex, is_not_given_where_connections_are_no_clients) {
  const ServerCounters before = served({1});
  const ServerCounters at_end = after(before, {5, 5});
  ASSERT_TRUE(jain_index(before, at_end, 2));
  EXPECT_FALSE(jain_index(before, at_end, 1)) << "clients connected again";
  EXPECT_FALSE(jain_index(before, before, 2)) << "nobody was served";
  ServerCounters open = before;
  ++open.connections_accepted;
  EXPECT_FALSE(jain_index(open, at_end, 2)) << "a connection of the warm-up was open";
  open = at_end;
  ++open.connections_accepted;
  EXPECT_FALSE(jain_index(before, open, 2)) << "the server ended before its connections";
  ServerCounters silent = at_end;
  silent.per_connection.reset();
  EXPECT_FALSE(jain_index(before, silent, 2));
  EXPECT_FALSE(jain_index(silent, at_end, 2));
}

TrialRecord trial_that_served(const std::vector<std::uint64_t>& responses) {
  TrialRecord trial;
  trial.spec.load.connections = static_cast<std::uint32_t>(responses.size());
  trial.server_before = served({1});
  trial.server_final = after(*trial.server_before, responses);
  trial.accounting.emplace();
  trial.accounting->client_responses = std::accumulate(responses.begin(), responses.end(), std::uint64_t{0});
  return trial;
}

TEST(Fairness, of_a_window_is_in_the_books_and_warned_of_where_it_is_poor) {
  TrialRecord even = trial_that_served({60, 61, 59});
  judge_fairness(even);
  EXPECT_GT(even.accounting->jain.value_or(0), 0.99);
  EXPECT_TRUE(even.warnings.empty());
  TrialRecord uneven = trial_that_served({200, 10, 10});
  judge_fairness(uneven);
  ASSERT_EQ(uneven.warnings.size(), 1U);
  EXPECT_EQ(uneven.warnings[0].text, "connections were served unequally: Jain's index is 0.40 over 3");
  EXPECT_FALSE(uneven.warnings[0].hint.empty());
}

TEST(Fairness, of_a_short_window_is_chance_and_no_warning) {
  TrialRecord trial = trial_that_served({20, 1, 1});
  judge_fairness(trial);
  EXPECT_LT(trial.accounting->jain.value_or(1), 0.9);
  EXPECT_TRUE(trial.warnings.empty());
}

TEST(Fairness, needs_all_the_counts) {
  TrialRecord trial = trial_that_served({200, 10, 10});
  trial.server_before.reset();
  judge_fairness(trial);
  EXPECT_FALSE(trial.accounting->jain);
  trial.accounting.reset();
  judge_fairness(trial);
  EXPECT_FALSE(trial.accounting);
}

}  // namespace
}  // namespace interleave
