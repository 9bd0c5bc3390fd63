#include "harness/record/run_exports.hpp"

#include <gmock/gmock.h>

#include "harness/record/hgrm.hpp"
#include "harness/record/record_examples.hpp"
#include "harness/record/summarize.hpp"

namespace interleave {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RunExports : public testing::Test {
 protected:
  const RunRecord run_ = examples::run();
  const std::vector<TrialRecord> trials_ = examples::trials();
  SummaryRecord summary_ = summarize(run_, trials_);
};

TEST_F(RunExports, name_cells_as_trials_are_named) {
  EXPECT_THAT(bigger_is_better_json(summary_), HasSubstr("\"libuv_loop one_call c64 throughput_rps\""));
  EXPECT_THAT(google_benchmark_json(run_, summary_, trials_), HasSubstr("\"single_threaded/one_call/c64/launch:6\""));
  EXPECT_THAT(bencher_json(summary_), HasSubstr("\"throughput-rps\""));
}

TEST_F(RunExports, leave_out_what_is_not_known) {
  EXPECT_THAT(smaller_is_better_json(summary_), HasSubstr("libuv_loop one_call c64 p50_ms"));
  for (SummaryCell& cell : summary_.cells) cell.latency = {};
  EXPECT_THAT(smaller_is_better_json(summary_), Not(HasSubstr("p50_ms")));
  EXPECT_THAT(smaller_is_better_json(summary_), HasSubstr("libuv_loop one_call c64 cpu_us_per_request"));
}

TEST_F(RunExports, hold_every_launch_of_a_cell_and_no_calibration) {
  const std::string csv = launches_csv(summary_, trials_);
  EXPECT_THAT(csv, StartsWith("model,workload,driver,load,connections,launch,validity,figure,value\n"));
  EXPECT_THAT(csv, HasSubstr("libuv_loop,one_call,wrk,c64,64,6,ok,throughput_rps,"));
  EXPECT_THAT(csv, Not(HasSubstr(",c1,")));
}

TEST_F(RunExports, say_in_junit_what_is_not_to_be_trusted) {
  summary_.cells[0].validity = Validity::invalid;
  summary_.cells[0].reasons = {{"server_died", 6}};
  summary_.cells[1].validity = Validity::suspect;
  const std::string xml = junit_xml(summary_);
  EXPECT_THAT(xml, HasSubstr(R"(tests="2" failures="1" errors="0" skipped="1")"));
  EXPECT_THAT(xml, HasSubstr(R"(<failure message="server_died x6" type="INVALID"/>)"));
}

TEST(HgrmOfMicroseconds, is_in_milliseconds) {
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> counts{{1000, 3}, {2000, 1}};
  const std::string text = hgrm_of_microseconds(counts);
  EXPECT_THAT(text, HasSubstr("1.000 0.000000000000          3"));
  EXPECT_THAT(text, HasSubstr("#[Max     =        2.000, Total count    =            4]"));
}

TEST(HgrmOfMicroseconds, holds_more_than_a_minute) {
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> counts{{90'000'000, 1}};
  EXPECT_THAT(hgrm_of_microseconds(counts), HasSubstr("Total count    =            1]"));
}

}  // namespace
}  // namespace interleave
