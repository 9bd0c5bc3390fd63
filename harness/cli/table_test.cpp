#include "harness/cli/table.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Table, aligns_columns_and_leaves_unknown_figures_open) {
  SummaryRecord summary;
  SummaryCell cell;
  cell.model = "libuv_loop";
  cell.workload = "one_call";
  cell.connections = 64;
  cell.throughput_rps = Estimate{6153.4, 6100.0, 6200.0};
  cell.predicted.emplace();
  cell.predicted->throughput_rps = 6210.2;
  cell.residual_percent = -0.914;
  cell.latency.p50 = Estimate{10.31, std::nullopt, std::nullopt};
  cell.cpu_us_per_request = Estimate{21.35, std::nullopt, std::nullopt};
  cell.validity = Validity::ok;
  summary.cells.push_back(cell);
  cell = {};
  cell.model = "x";
  cell.workload = "hello";
  cell.connections = 1;
  cell.validity = Validity::invalid;
  cell.reasons = {{"server_died", 3}};
  summary.cells.push_back(cell);
  EXPECT_EQ(
      format_table(summary),
      "model       workload  conn       req/s [95 %]  predicted  residual  p50 ms  p99 ms  CPU us/req  validity\n"
      "libuv_loop  one_call    64  6153 [6100, 6200]       6210    -0.9 %    10.3       -        21.4  ok\n"
      "x           hello        1                  -          -         -       -       -           -  invalid: "
      "server_died x3\n");
}

}  // namespace
}  // namespace interleave
