// Backend errors, failed sockets, drain: the ways a request or a connection ends.
#include <memory>
#include <string>
#include <variant>

#include <gtest/gtest.h>

#include "core/backend/resp.hpp"
#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

const std::error_code timed_out = std::make_error_code(std::errc::timed_out);
const std::error_code refused = std::make_error_code(std::errc::connection_refused);
const std::error_code reset = std::make_error_code(std::errc::connection_reset);

std::string call_text(std::string_view service, std::optional<std::uint64_t> id, std::uint32_t index) {
  std::string text;
  append_call(text, service, id, index);
  return text;
}

TEST(SessionCalls, carry_the_id_and_their_number) {
  SessionDriver driver;
  driver.send(get("/two_calls?id=7") + get("/one_call", "X-Request-Id: 8\r\n") + get("/one_call"));
  driver.run();
  EXPECT_EQ(driver.calls, (std::vector<std::string>{call_text("db", 7, 0), call_text("api", 7, 1),
                                                    call_text("db", 8, 0), call_text("db", std::nullopt, 0)}));
}

TEST(SessionCalls, are_not_made_for_errors) {
  SessionDriver driver;
  driver.send(get("/one_call?id=x") + "DELETE /one_call HTTP/1.1\r\nHost: a\r\n\r\n" + get("/one_call/"));
  driver.run();
  EXPECT_TRUE(driver.calls.empty());
}

TEST(SessionCalls, that_time_out_are_504_and_others_502) {
  for (const auto& [error, status] : {std::pair(timed_out, "504 Gateway Timeout"),
                                      std::pair(refused, "502 Bad Gateway"), std::pair(reset, "502 Bad Gateway")}) {
    SessionDriver driver;
    driver.backend = [error = error](BackendCall& call) { call.error = error; };
    driver.send(get("/two_calls"));
    driver.run();
    EXPECT_EQ(driver.sent, error_reply(status));
    EXPECT_EQ(driver.calls.size(), 1U) << "the remaining steps are skipped";
    driver.sent.clear();
    driver.backend = [](BackendCall& call) { call.reply_bytes = 64; };
    driver.send(get("/one_call"));
    driver.run();
    EXPECT_EQ(driver.sent, json_reply(kOneCallBody)) << "the connection stays open";
  }
}

TEST(SessionCalls, without_an_outcome_take_the_error_of_the_operation) {
  SessionDriver driver;
  driver.backend = [](BackendCall&) {};
  driver.backend_error = timed_out;
  driver.send(get("/one_call"));
  driver.run();
  EXPECT_EQ(driver.sent, error_reply("504 Gateway Timeout"));
  driver.sent.clear();
  driver.backend = [](BackendCall& call) { call.error = refused; };
  driver.send(get("/one_call"));
  driver.run();
  EXPECT_EQ(driver.sent, error_reply("502 Bad Gateway"));
}

TEST(SessionClose, follows_a_failed_write) {
  SessionDriver driver;
  driver.write = [](std::size_t) { return IoResult{.bytes = 10, .error = reset}; };
  driver.send(get("/hello") + get("/one_call"));
  driver.run();
  EXPECT_TRUE(driver.closed());
  EXPECT_TRUE(driver.calls.empty());
  EXPECT_EQ(driver.totals().bytes_out, 10U);
  EXPECT_EQ(driver.totals().in_flight, 0U);
}

TEST(SessionClose, follows_a_failed_read_silently) {
  SessionDriver driver;
  driver.send("GET /he");
  driver.fail_read(reset);
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, "");
}

TEST(SessionClose, waits_for_the_answers_to_what_was_sent_in_full) {
  SessionDriver driver;
  driver.send(get("/one_call") + get("/hello") + "GET /h");
  driver.run();
  driver.send("");
  driver.run();
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, json_reply(kOneCallBody) + json_reply(kHelloBody));
}

TEST(SessionClose, is_repeated_if_asked_again) {
  SessionDriver driver;
  driver.send("");
  driver.run();
  EXPECT_TRUE(is_close(driver.session().next(driver.now)));
  EXPECT_TRUE(is_close(driver.session().next(driver.now)));
}

TEST(SessionDrain, closes_an_idle_connection) {
  SessionDriver driver;
  driver.send(get("/hello"));
  driver.session().drain();
  driver.run();
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, json_reply(kHelloBody)) << "what was written before the drain stands";
}

TEST(SessionDrain, closes_a_new_connection_unread) {
  SessionDriver driver;
  driver.session().drain();
  driver.run();
  EXPECT_TRUE(driver.closed());
  EXPECT_TRUE(driver.writes.empty());
}

TEST(SessionDrain, lets_a_request_end_and_drops_the_next) {
  SessionDriver driver;
  driver.backend = [&](BackendCall& call) {
    driver.session().drain();
    call.reply_bytes = 64;
  };
  driver.send(get("/one_call") + get("/hello"));
  driver.run();
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, json_reply(kOneCallBody, "Connection: close\r\n"));
}

TEST(SessionDrain, lets_a_request_that_has_begun_arrive) {
  SessionDriver driver;
  driver.send("GET /hello HTTP/1.1\r\n");
  driver.session().drain();
  driver.send("Host: a\r\n\r\n");
  driver.run();
  EXPECT_TRUE(driver.closed());
  EXPECT_EQ(driver.sent, json_reply(kHelloBody, "Connection: close\r\n"));
}

}  // namespace
}  // namespace interleave
