#include "harness/regress/gate_plan.hpp"

#include <algorithm>
#include <utility>

#include "core/base/rng.hpp"

namespace interleave {
namespace {

constexpr std::uint64_t kSeedBits = 53;  // exact in every JSON reader

// Fisher-Yates; std::shuffle differs between standard libraries.
template <class T>
void shuffle(std::vector<T>& values, SplitMix64& random) {
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<std::size_t>(random.next() % i)]);
  }
}

// Half true, half false; of an odd number, the odd one by chance.
std::vector<std::uint8_t> balanced_order(std::uint32_t pairs, SplitMix64& random) {
  const std::uint32_t heads = pairs / 2 + (pairs % 2 == 1 && random.next() % 2 == 1 ? 1 : 0);
  std::vector<std::uint8_t> head_first(pairs, 0);
  std::fill_n(head_first.begin(), heads, std::uint8_t{1});
  shuffle(head_first, random);
  return head_first;
}

}  // namespace

std::string_view to_string(Side side) noexcept {
  return side == Side::base ? "base" : "head";
}

std::string_view to_string(Stage stage) noexcept {
  return stage == Stage::screen ? "screen" : "confirm";
}

std::string to_string(const GateCell& cell) {
  return cell.model + " " + cell.workload + " c" + std::to_string(cell.connections);
}

std::vector<PairPlan> plan_pairs(const GatePlan& plan, Stage stage, std::span<const GateCell> cells,
                                 std::uint32_t pairs_before) {
  SplitMix64 random(mix64(plan.seed ^ mix64(static_cast<std::uint64_t>(stage) + 1)));
  const std::uint32_t pairs = stage == Stage::screen ? plan.screen_pairs : plan.confirm_pairs;
  const std::uint32_t numbers_before = stage == Stage::screen ? 0 : plan.screen_pairs;
  std::vector<std::vector<std::uint8_t>> orders;
  for (std::size_t i = 0; i < cells.size(); ++i) orders.push_back(balanced_order(pairs, random));
  std::vector<PairPlan> result;
  for (std::uint32_t round = 0; round < pairs; ++round) {
    std::vector<PairPlan> block;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      block.push_back({.cell = cells[i],
                       .stage = stage,
                       .sequence = 0,
                       .number = numbers_before + round + 1,
                       .head_first = orders[i][round] != 0});
    }
    shuffle(block, random);
    for (PairPlan& pair : block) {
      pair.sequence = pairs_before + static_cast<std::uint32_t>(result.size()) + 1;
      result.push_back(std::move(pair));
    }
  }
  return result;
}

TrialSpec launch_spec(const GatePlan& plan, const PairPlan& pair, Side side) {
  const bool first = (side == Side::head) == pair.head_first;
  TrialSpec spec;
  spec.index = 2 * pair.sequence - (first ? 1 : 0);
  spec.model = pair.cell.model;
  spec.workload = pair.cell.workload;
  spec.load.driver = plan.driver;
  spec.load.connections = pair.cell.connections;
  spec.repetition = pair.number;
  spec.seed = mix64(plan.seed ^ mix64(pair.number)) >> (64 - kSeedBits);
  spec.warmup = plan.warmup;
  spec.duration = plan.duration;
  return spec;
}

}  // namespace interleave
