#include "harness/load/generator/self_check.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> names(const LoadVerdict& verdict) {
  std::vector<std::string> result;
  for (const LoadFinding& finding : verdict.findings) result.emplace_back(finding.check->name);
  return result;
}

TEST(SelfCheck, is_ok_where_every_limit_is_kept) {
  EXPECT_EQ(judge({}).validity, LoadValidity::ok);
  const LoadEvidence edge{.taken_up = 0.999,
                          .lag_p99 = 200us,
                          .response_p50 = 1ms,
                          .busy = 0.799,
                          .run_wait = 0.0099,
                          .steal = 0.0199,
                          .longest_turn = 4999us};
  EXPECT_EQ(judge(edge).validity, LoadValidity::ok);
}

TEST(SelfCheck, each_limit_has_its_verdict_and_its_reason) {
  struct Case {
    LoadEvidence evidence;
    const char* name;
    LoadValidity validity;
  };
  const Case cases[] = {
      {{.taken_up = 0.9989}, "taken_up", LoadValidity::generator_bound},
      {{.lag_p99 = 201us, .response_p50 = 1ms}, "send_lag", LoadValidity::suspect},
      {{.lag_p99 = 201us}, "send_lag", LoadValidity::suspect},
      {{.busy = 0.80}, "busy", LoadValidity::generator_bound},
      {{.run_wait = 0.01}, "run_wait", LoadValidity::suspect},
      {{.steal = 0.02}, "steal", LoadValidity::suspect},
      {{.longest_turn = 5ms}, "longest_turn", LoadValidity::suspect},
      {{.unopened = "50 EMFILE"}, "unopened", LoadValidity::suspect},
      {{.probe_error = "refused"}, "probe_failed", LoadValidity::suspect},
  };
  for (const Case& c : cases) {
    const LoadVerdict verdict = judge(c.evidence);
    EXPECT_EQ(verdict.validity, c.validity) << c.name;
    EXPECT_EQ(names(verdict), std::vector<std::string>{c.name});
  }
}

TEST(SelfCheck, lateness_may_be_a_twentieth_of_a_slow_response) {
  EXPECT_EQ(judge({.lag_p99 = 1ms, .response_p50 = 20ms}).validity, LoadValidity::ok);
  EXPECT_EQ(judge({.lag_p99 = 1100us, .response_p50 = 20ms}).validity, LoadValidity::suspect);
}

TEST(SelfCheck, the_worst_finding_decides) {
  const LoadVerdict verdict = judge({.busy = 0.95, .longest_turn = 9ms});
  EXPECT_EQ(verdict.validity, LoadValidity::generator_bound);
  EXPECT_EQ(names(verdict), (std::vector<std::string>{"busy", "longest_turn"}));
  EXPECT_EQ(verdict.findings.front().detail, "CPU time of a thread without spinning, of a core: 95 %, want < 80 %");
}

TEST(SelfCheck, a_failed_probe_is_told_in_its_own_words) {
  EXPECT_EQ(judge({.probe_error = "refused: is it there?"}).findings.front().detail, "refused: is it there?");
}

TEST(SelfCheck, the_documentation_has_the_same_table) {
  std::ifstream file(INTERLEAVE_SOURCE_DIR "/docs/load.md");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const LoadCheck& check : kLoadChecks) {
    const std::string row = "| `" + std::string(check.name) + "` | " + std::string(check.what) + " | " +
                            std::string(check.limit) + " | `" + std::string(to_string(check.otherwise)) + "` |";
    EXPECT_NE(text.find(row), std::string::npos) << "docs/load.md misses: " << row;
  }
}

}  // namespace
}  // namespace interleave
