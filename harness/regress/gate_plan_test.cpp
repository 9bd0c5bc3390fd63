#include "harness/regress/gate_plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace interleave {
namespace {

GatePlan plan() {
  GatePlan plan;
  plan.cells = {{"asio_loop", "one_call", 64}, {"libuv_loop", "one_call", 64}, {"thread_pool", "one_call", 64}};
  plan.seed = 7;
  return plan;
}

TEST(GatePlan, gives_every_cell_its_pairs_half_of_them_head_first) {
  const GatePlan p = plan();
  const auto pairs = plan_pairs(p, Stage::screen, p.cells, 0);
  ASSERT_EQ(pairs.size(), 24U);
  for (const GateCell& cell : p.cells) {
    EXPECT_EQ(std::count_if(pairs.begin(), pairs.end(), [&](const PairPlan& x) { return x.cell == cell; }), 8);
    EXPECT_EQ(
        std::count_if(pairs.begin(), pairs.end(), [&](const PairPlan& x) { return x.cell == cell && x.head_first; }),
        4);
  }
}

TEST(GatePlan, interleaves_the_cells_round_by_round_in_changing_order) {
  const GatePlan p = plan();
  const auto pairs = plan_pairs(p, Stage::screen, p.cells, 0);
  std::set<std::string> orders;
  for (std::size_t round = 0; round < 8; ++round) {
    std::string order;
    std::set<std::string> models;
    for (std::size_t i = 0; i < 3; ++i) {
      const PairPlan& pair = pairs[3 * round + i];
      EXPECT_EQ(pair.number, round + 1);
      EXPECT_EQ(pair.sequence, 3 * round + i + 1);
      order += pair.cell.model + " ";
      models.insert(pair.cell.model);
    }
    EXPECT_EQ(models.size(), 3U);
    orders.insert(order);
  }
  EXPECT_GT(orders.size(), 2U);
}

TEST(GatePlan, is_the_same_every_time_and_another_with_another_seed) {
  GatePlan p = plan();
  const auto head_first = [](const std::vector<PairPlan>& pairs) {
    std::string text;
    for (const PairPlan& pair : pairs) text += pair.cell.model + (pair.head_first ? "+" : "-");
    return text;
  };
  const std::string once = head_first(plan_pairs(p, Stage::screen, p.cells, 0));
  EXPECT_EQ(once, head_first(plan_pairs(p, Stage::screen, p.cells, 0)));
  p.seed = 8;
  EXPECT_NE(once, head_first(plan_pairs(p, Stage::screen, p.cells, 0)));
}

TEST(LaunchSpec, gives_both_sides_the_same_seed_and_ids_of_their_own_in_the_order_they_run) {
  const GatePlan p = plan();
  std::set<std::string> ids;
  for (const Stage stage : {Stage::screen, Stage::confirm}) {
    for (const PairPlan& pair : plan_pairs(p, stage, p.cells, stage == Stage::screen ? 0 : 24)) {
      const TrialSpec base = launch_spec(p, pair, Side::base);
      const TrialSpec head = launch_spec(p, pair, Side::head);
      EXPECT_EQ(base.seed, head.seed);
      EXPECT_EQ(pair.head_first, head.index < base.index);
      ids.insert(trial_id(base));
      ids.insert(trial_id(head));
    }
  }
  EXPECT_EQ(ids.size(), 2U * (24 + 36));
}

TEST(LaunchSpec, gives_confirming_pairs_seeds_of_their_own) {
  const GatePlan p = plan();
  std::map<std::uint64_t, int> seeds;
  for (const PairPlan& pair : plan_pairs(p, Stage::screen, p.cells, 0))
    ++seeds[launch_spec(p, pair, Side::base).seed];
  EXPECT_EQ(seeds.size(), 8U);
  for (const PairPlan& pair : plan_pairs(p, Stage::confirm, p.cells, 24)) {
    EXPECT_FALSE(seeds.contains(launch_spec(p, pair, Side::base).seed));
  }
}

}  // namespace
}  // namespace interleave
