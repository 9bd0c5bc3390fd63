#include "harness/cli/table.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(Table, aligns_columns_and_leaves_unknown_figures_open) {
  SummaryRecord summary;
  SummaryCell cell;
  cell.model = "libuv_loop";
  cell.workload = "one_call";
  cell.load.connections = 64;
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
  cell.load.connections = 1;
  cell.validity = Validity::invalid;
  cell.reasons = {{"server_died", 3}};
  summary.cells.push_back(cell);
  EXPECT_EQ(
      format_table(summary),
      "model       workload  load       req/s [95 %]  predicted  residual  p50 ms  p99 ms  CPU us/req  validity\n"
      "libuv_loop  one_call    64  6153 [6100, 6200]       6210    -0.9 %    10.3       -        21.4  ok\n"
      "x           hello        1                  -          -         -       -       -           -  invalid: "
      "server_died x3\n");
}

TEST(Searches, are_a_line_each_with_the_rate_or_why_there_is_none) {
  SummaryRecord summary;
  EXPECT_EQ(format_searches(summary), "");
  SearchSummary search;
  search.model = "libuv_loop";
  search.workload = "one_call";
  search.objective = "p99<50ms";
  search.rate_rps = Estimate{812.3, 790.0, 830.0};
  summary.searches.push_back(search);
  search.rate_rps.reset();
  search.note = "the objective was met in 1 of 3 repetitions";
  summary.searches.push_back(search);
  EXPECT_EQ(format_searches(summary),
            "libuv_loop one_call, p99<50ms: 812 [790, 830] req/s\n"
            "libuv_loop one_call, p99<50ms: the objective was met in 1 of 3 repetitions\n");
}

}  // namespace
}  // namespace interleave
