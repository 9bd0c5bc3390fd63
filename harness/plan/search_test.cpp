#include "harness/plan/search.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::milliseconds;

TEST(Objective, is_a_percentile_below_a_time) {
  EXPECT_EQ(parse_objective("p99<50ms"), (Objective{.quantile = 0.99, .limit = milliseconds(50)}));
  EXPECT_EQ(parse_objective("p999<1s"), (Objective{.quantile = 0.999, .limit = milliseconds(1000)}));
  for (const char* wrong : {"", "p99", "p99<", "p99<0ms", "p99>50ms", "p98<50ms", "<50ms", "p99<50", "p99 < 50ms"}) {
    EXPECT_FALSE(parse_objective(wrong).has_value()) << wrong;
  }
  for (const char* text : {"p50<10us", "p90<7ns", "p99<50ms", "p999<2s"}) {
    EXPECT_EQ(to_string(*parse_objective(text)), text);
  }
}

// A server that meets the objective up to its capacity.
double search(double capacity, double first, int steps) {
  std::vector<SearchStep> done;
  for (int i = 0; i < steps; ++i) {
    const double rate = next_rate(first, done);
    done.push_back({.rps = rate, .outcome = rate <= capacity ? StepOutcome::met : StepOutcome::missed});
  }
  return bracket_of(done).met.value_or(0);
}

TEST(Search, finds_the_capacity_from_either_side) {
  for (const double first : {100.0, 800.0, 1000.0, 1100.0, 3000.0}) {
    const double found = search(1000, first, 12);
    EXPECT_LE(found, 1000) << "from " << first;
    EXPECT_GT(found, 970) << "from " << first;
  }
}

TEST(Search, of_more_steps_is_never_worse) {
  for (int steps = 4; steps < 12; ++steps) EXPECT_GE(search(1000, 800, steps + 1), search(1000, 800, steps)) << steps;
}

TEST(Search, tries_a_rate_again_where_the_trial_said_nothing) {
  EXPECT_EQ(next_rate(800, {}), 800);
  std::vector<SearchStep> steps{{.rps = 800, .outcome = StepOutcome::unclear}};
  EXPECT_EQ(next_rate(800, steps), 800);
  steps.push_back({.rps = 800, .outcome = StepOutcome::met});
  steps.push_back({.rps = 1200, .outcome = StepOutcome::missed});
  const double middle = std::sqrt(800.0 * 1200);
  EXPECT_EQ(next_rate(800, steps), middle);
  steps.push_back({.rps = middle, .outcome = StepOutcome::unclear});
  EXPECT_EQ(next_rate(800, steps), middle);
}

TEST(Search, does_not_believe_luck_above_a_miss) {
  const std::vector<SearchStep> steps{{.rps = 500, .outcome = StepOutcome::met},
                                      {.rps = 800, .outcome = StepOutcome::missed},
                                      {.rps = 900, .outcome = StepOutcome::met}};
  EXPECT_EQ(bracket_of(steps).met, 500);
  EXPECT_EQ(bracket_of(steps).missed, 800);
}

TEST(Search, without_a_rate_that_met_has_no_result) {
  EXPECT_FALSE(bracket_of(std::vector<SearchStep>{{.rps = 5, .outcome = StepOutcome::missed}}).met.has_value());
}

}  // namespace
}  // namespace interleave
