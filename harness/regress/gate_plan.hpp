// What a gate launches: pairs of a base and a head launch, side by side, in balanced random order. Pure: the same
// plan and the same suspicious cells give the same launches, so an interrupted gate can go on.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/plan/plan.hpp"

namespace interleave {

enum class Side : std::uint8_t { base, head };
enum class Stage : std::uint8_t { screen, confirm };

[[nodiscard]] std::string_view to_string(Side side) noexcept;
[[nodiscard]] std::string_view to_string(Stage stage) noexcept;

// What one launch measures; a cell has several figures (gate_report.hpp).
struct GateCell {
  std::string model;
  std::string workload;
  std::uint32_t connections = 64;
  auto operator<=>(const GateCell&) const = default;
};

// "libuv_loop one_call c64".
[[nodiscard]] std::string to_string(const GateCell& cell);

struct GatePlan {
  std::vector<GateCell> cells;
  std::string driver = "wrk";
  std::uint32_t screen_pairs = 8;    // of every cell
  std::uint32_t confirm_pairs = 12;  // of a suspicious one
  std::chrono::nanoseconds warmup{500'000'000};
  std::chrono::nanoseconds duration{2'000'000'000};
  std::uint64_t seed = 1;
};

struct PairPlan {
  GateCell cell;
  Stage stage = Stage::screen;
  std::uint32_t sequence = 1;  // place among all pairs of the gate, from 1
  std::uint32_t number = 1;    // within its cell, from 1; confirmation counts on
  bool head_first = false;
};

// The pairs of one stage in the order they run: every round holds each of `cells` once, in a random order of its own;
// in each cell the head comes first in half of the pairs, at random. `pairs_before`: of the stage before.
[[nodiscard]] std::vector<PairPlan> plan_pairs(const GatePlan& plan, Stage stage, std::span<const GateCell> cells,
                                               std::uint32_t pairs_before);

// The launch of one side. Both sides of a pair, and all cells of a round, get the same seed: the same backend delays
// and the same order of requests.
[[nodiscard]] TrialSpec launch_spec(const GatePlan& plan, const PairPlan& pair, Side side);

}  // namespace interleave
