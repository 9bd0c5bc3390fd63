#include "backend/commands.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/backend/resp.hpp"
#include "core/workload/delay.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string_view>;

constexpr std::uint64_t kSeed = 42;
constexpr ExponentialLatency kDbLatency{10ms};

class CommandsTest : public testing::Test {
 protected:
  Outcome execute(const Words& words) { return commands_.execute(words); }
  std::string text(const Words& words) { return std::get<std::string>(execute(words)); }
  PlannedCall call(const Words& words) { return std::get<PlannedCall>(execute(words)); }
  nlohmann::json stats() {
    const std::string reply = text({"STATS"});
    return nlohmann::json::parse(reply.substr(reply.find('\n') + 1));
  }

  Services services_{{{"cache", ConstantLatency{1ms}, 8}, {"db", kDbLatency, 100}}, kSeed};
  Statistics statistics_{2};
  Commands commands_{services_, statistics_};
};

TEST_F(CommandsTest, call_takes_the_delay_of_its_key_and_the_service_s_length) {
  const PlannedCall planned = call({"CALL", "db", "17", "3"});
  EXPECT_EQ(planned.service, 1U);
  EXPECT_EQ(planned.reply_bytes, 100U);
  EXPECT_EQ(planned.delay, call_delay(kDbLatency, {.seed = kSeed, .service = 1, .id = 17, .index = 3}));
  EXPECT_EQ(call({"CALL", "cache", "0", "0"}).delay, 1ms);
}

TEST_F(CommandsTest, the_same_call_takes_the_same_time_whatever_came_before) {
  const Nanoseconds first = call({"CALL", "db", "5", "0"}).delay;
  call({"CALL", "db", "-", "0"});
  EXPECT_EQ(call({"CALL", "db", "5", "0"}).delay, first);
  EXPECT_NE(call({"CALL", "db", "6", "0"}).delay, first);
  EXPECT_NE(call({"CALL", "db", "5", "1"}).delay, first);
}

TEST_F(CommandsTest, without_an_id_the_service_counts_its_calls) {
  call({"CALL", "cache", "-", "0"});
  for (const std::string_view number : {"0", "1", "2"}) {
    const Nanoseconds unnamed = call({"CALL", "db", "-", "0"}).delay;
    Services fresh(services_.specs(), kSeed);
    const auto id = static_cast<std::uint64_t>(number[0] - '0');
    EXPECT_EQ(unnamed, fresh.plan(1, id, 0).delay) << number;
  }
}

TEST_F(CommandsTest, call_may_ask_for_another_length) {
  EXPECT_EQ(call({"CALL", "db", "1", "0", "0"}).reply_bytes, 0U);
  EXPECT_EQ(call({"CALL", "db", "1", "0", "1048576"}).reply_bytes, kMaxReplyBytes);
}

TEST_F(CommandsTest, names_are_read_in_any_case_and_services_are_not) {
  EXPECT_EQ(text({"ping"}), "+PONG\r\n");
  EXPECT_EQ(call({"cAlL", "db", "1", "0"}).service, 1U);
  EXPECT_TRUE(text({"CALL", "DB", "1", "0"}).starts_with("-ERR unknown service 'DB'"));
}

TEST_F(CommandsTest, ping_answers_pong_or_its_text) {
  EXPECT_EQ(text({"PING"}), "+PONG\r\n");
  EXPECT_EQ(text({"PING", "hi"}), "$2\r\nhi\r\n");
}

TEST_F(CommandsTest, refuses_with_one_error_line) {
  struct Case {
    Words words;
    std::string_view reason;
  };
  const Case cases[] = {
      {{""}, "unknown command ''"},
      {{"COMMAND", "DOCS"}, "unknown command 'COMMAND'"},
      {{"GET"}, "wrong number of arguments"},
      {{"CALLX", "db", "1", "0"}, "unknown command"},
      {{"evil\r\n+OK\r\n"}, "unknown command 'evil..+OK..'"},
      {{"PING", "a", "b"}, "wrong number of arguments"},
      {{"STATS", "now"}, "wrong number of arguments"},
      {{"RESET", "now"}, "wrong number of arguments"},
      {{"CALL"}, "wrong number of arguments"},
      {{"CALL", "db", "1"}, "wrong number of arguments"},
      {{"CALL", "db", "1", "0", "1", "1"}, "wrong number of arguments"},
      {{"CALL", "nobody", "1", "0"}, "unknown service 'nobody'"},
      {{"CALL", "db", "x", "0"}, "id 'x'"},
      {{"CALL", "db", "-1", "0"}, "id '-1'"},
      {{"CALL", "db", "", "0"}, "id ''"},
      {{"CALL", "db", "18446744073709551616", "0"}, "id '18446744073709551616'"},
      {{"CALL", "db", "1", "4294967296"}, "index '4294967296'"},
      {{"CALL", "db", "1", "-"}, "index '-'"},
      {{"CALL", "db", "1", "0", "1048577"}, "bytes '1048577'"},
  };
  std::uint64_t refused = 0;
  for (const Case& c : cases) {
    const std::string reply = text(c.words);
    EXPECT_TRUE(reply.starts_with("-ERR ")) << reply;
    EXPECT_NE(reply.find(c.reason), std::string::npos) << reply;
    EXPECT_EQ(reply.find("\r\n"), reply.size() - 2) << reply;
    EXPECT_EQ(stats()["errors"], ++refused);
  }
  EXPECT_EQ(stats()["calls"], 0) << "a refused call is no call";
}

TEST_F(CommandsTest, set_is_read_back_until_reset) {
  EXPECT_EQ(text({"GET", "k"}), "$-1\r\n");
  EXPECT_EQ(text({"SET", "k", "v1"}), "+OK\r\n");
  EXPECT_EQ(text({"SET", "k", "v"}), "+OK\r\n");
  EXPECT_EQ(text({"get", "k"}), "$1\r\nv\r\n");
  static_cast<void>(execute({"RESET"}));
  EXPECT_EQ(text({"GET", "k"}), "$-1\r\n");
}

TEST_F(CommandsTest, set_is_bounded) {
  EXPECT_TRUE(text({"SET", std::string(kLongestKey + 1, 'k'), "v"}).starts_with("-ERR too much"));
  EXPECT_TRUE(text({"SET", "k", std::string(kLongestValue + 1, 'v')}).starts_with("-ERR too much"));
  for (std::size_t i = 0; i < kMostKeys; ++i) ASSERT_EQ(text({"SET", std::to_string(i), "v"}), "+OK\r\n");
  EXPECT_TRUE(text({"SET", "one more", "v"}).starts_with("-ERR too much"));
  EXPECT_EQ(text({"SET", "7", "w"}), "+OK\r\n") << "a known key may change";
}

TEST_F(CommandsTest, stats_counts_calls_and_reset_starts_anew) {
  call({"CALL", "db", "1", "0"});
  call({"CALL", "cache", "1", "0"});
  EXPECT_EQ(stats()["calls"], 2);
  EXPECT_EQ(stats()["in_flight"], 2);
  EXPECT_EQ(stats()["seed"], kSeed);
  EXPECT_GT(stats()["cpu_ns"], 0);
  EXPECT_TRUE(std::holds_alternative<ResetHungCalls>(execute({"RESET"})));
  EXPECT_EQ(stats()["calls_by_service"]["db"], 0);
}

TEST(CallReply, is_a_bulk_string_of_the_length_asked_for) {
  for (const std::uint32_t bytes : {0U, 1U, 64U, 100'000U}) {
    std::string wire;
    append_call_reply(wire, bytes);
    ReplyReader reader(true);
    ASSERT_TRUE(reader.feed(std::as_bytes(std::span(wire))));
    const auto reply = reader.next();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->kind, Reply::Kind::bulk);
    EXPECT_EQ(reader.text(), std::string(bytes, 'x'));
  }
}

}  // namespace
}  // namespace interleave
