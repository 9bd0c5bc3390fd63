#include "harness/cli/progress.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

TEST(Progress, writes_times_as_a_clock) {
  EXPECT_EQ(format_clock(0s), "0:00");
  EXPECT_EQ(format_clock(65s), "1:05");
  EXPECT_EQ(format_clock(59600ms), "1:00");
  EXPECT_EQ(format_clock(3723s), "1:02:03");
  EXPECT_EQ(format_clock(-5s), "0:00");
}

TEST(Progress, draws_a_bar_of_fixed_width) {
  EXPECT_EQ(progress_bar(0, 4, 8), "[>       ]");
  EXPECT_EQ(progress_bar(1, 4, 8), "[==>     ]");
  EXPECT_EQ(progress_bar(4, 4, 8), "[========]");
  EXPECT_EQ(progress_bar(0, 0, 8), "[========]");
}

TEST(Progress, says_what_a_trial_gave_and_what_was_wrong) {
  TrialRecord trial;
  trial.spec.model = "libuv_loop";
  trial.spec.workload = "one_call";
  trial.spec.load.connections = 64;
  trial.spec.repetition = 2;
  trial.validity = Validity::ok;
  trial.result.emplace();
  trial.result->requests = 12306;
  trial.result->duration_us = 2'000'000;
  EXPECT_EQ(trial_line(trial), "libuv_loop one_call c64 r2: 6153 req/s, ok");
  trial.result.reset();
  trial.validity = Validity::invalid;
  trial.findings.push_back({Reason::server_died, "killed by SIGSEGV"});
  EXPECT_EQ(trial_line(trial), "libuv_loop one_call c64 r2: invalid; server_died: killed by SIGSEGV");
}

}  // namespace
}  // namespace interleave
