#include "harness/trial/http_cases.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/service/expected_reply.hpp"
#include "core/service/service.hpp"
#include "core/workload/load_workload.hpp"

namespace interleave {
namespace {

std::size_t cases_for(const std::vector<std::string>& capabilities) {
  const auto cases = http_cases();
  return static_cast<std::size_t>(std::count_if(
      cases.begin(), cases.end(), [&](const HttpCase& http) { return lacking(http, capabilities).empty(); }));
}

TEST(HttpCases, have_names_of_their_own) {
  std::set<std::string> names;
  for (const HttpCase& http : http_cases()) EXPECT_TRUE(names.insert(http.name).second) << http.name;
}

TEST(HttpCases, apply_by_capability) {
  EXPECT_EQ(cases_for({"routes", "keep_alive", "pipelining", "concurrent_clients"}), http_cases().size());
  EXPECT_EQ(cases_for({"routes", "keep_alive", "pipelining"}), http_cases().size() - 1);
  EXPECT_EQ(cases_for({"routes"}), http_cases().size() - 3);
  EXPECT_GE(cases_for({"keep_alive"}), 2U);
  const auto cases = http_cases();
  const auto pipelined = std::find_if(cases.begin(), cases.end(),
                                      [](const HttpCase& http) { return http.name.starts_with("pipelined"); });
  ASSERT_NE(pipelined, cases.end());
  EXPECT_EQ(lacking(*pipelined, {"routes"}), "pipelining");
  EXPECT_EQ(lacking(*pipelined, {"pipelining"}), "routes");
}

// The session that every server runs, on the same bytes: the table wants nothing else than it does.
TEST(HttpCases, are_what_the_session_answers) {
  const Workload workload = parse_workload(std::string(http_workload()), "http.toml");
  const Service service(workload, CpuRate{1});
  for (const HttpCase& http : http_cases()) {
    std::string sent;
    for (const Exchange& exchange : http.exchanges) {
      for (const std::string& piece : exchange.pieces) sent += piece;
    }
    std::string stream = expected_response(service, workload, sent);
    for (const Exchange& exchange : http.exchanges) {
      for (const ExpectedReply& expected : exchange.replies) {
        const auto reply = take_reply(stream, exchange.to, true);
        ASSERT_TRUE(reply) << http.name;
        EXPECT_EQ(judge_reply(expected, *reply), "") << http.name;
      }
    }
    EXPECT_EQ(stream, "") << http.name;
  }
}

TEST(JudgeReply, says_what_was_wanted_and_what_came) {
  const StreamReply reply{405, "Allow: GET\r\n", "no\n"};
  EXPECT_EQ(judge_reply({{405}, "no\n", "Allow", "GET"}, reply), "");
  EXPECT_EQ(judge_reply({{501, 405}}, reply), "");
  EXPECT_EQ(judge_reply({{501, 400}}, reply), "wanted 501 or 400, got 405");
  EXPECT_EQ(judge_reply({{405}, "", "Allow", "POST"}, reply), "wanted Allow: POST, got 'GET'");
  EXPECT_EQ(judge_reply({{405}, "", "Retry-After"}, reply), "405: wanted the header Retry-After, got none");
  EXPECT_EQ(judge_reply({{405}, "yes\n"}, reply), "wanted the body 'yes.', got 'no.'");
}

}  // namespace
}  // namespace interleave
