// Steps that wait: calls at the same time, files, pauses.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

using std::chrono::milliseconds;

TEST(SessionParallel, asks_for_all_calls_at_once_and_numbers_them) {
  SessionDriver driver;
  driver.backend = [](BackendCall& call) {
    call.reply_bytes = call.request.find("api") != std::string_view::npos ? 1000 : 64;
  };
  driver.send(get("/parallel?id=3"));
  driver.run();
  EXPECT_EQ(driver.sent, json_reply("{\"route\":\"parallel\",\"calls\":4,\"bytes\":2128}\n"));
  EXPECT_EQ(driver.overlapping_calls, (std::vector<std::size_t>{3, 1}));
  ASSERT_EQ(driver.calls.size(), 4U);
  EXPECT_EQ(driver.calls[0], "*4\r\n$4\r\nCALL\r\n$2\r\ndb\r\n$1\r\n3\r\n$1\r\n0\r\n");
  EXPECT_EQ(driver.calls[1], "*4\r\n$4\r\nCALL\r\n$3\r\napi\r\n$1\r\n3\r\n$1\r\n1\r\n");
  EXPECT_EQ(driver.calls[2], "*4\r\n$4\r\nCALL\r\n$2\r\ndb\r\n$1\r\n3\r\n$1\r\n2\r\n");
  EXPECT_EQ(driver.totals().backend_calls, 4U);
}

TEST(SessionParallel, one_failed_call_fails_the_request) {
  struct Case {
    std::vector<std::errc> errors;  // of the three calls; errc{}: answered
    std::string_view status;
    std::uint64_t failed;
  };
  const std::errc ok{};
  const std::errc full = std::errc::resource_unavailable_try_again;
  for (const Case& c : {Case{{ok, std::errc::connection_reset, ok}, "502 Bad Gateway", 1},
                        Case{{std::errc::timed_out, ok, std::errc::connection_reset}, "504 Gateway Timeout", 2},
                        Case{{std::errc::connection_reset, ok, std::errc::timed_out}, "504 Gateway Timeout", 2},
                        Case{{full, ok, ok}, "503 Service Unavailable", 1},
                        Case{{full, std::errc::connection_reset, full}, "502 Bad Gateway", 3}}) {
    SessionDriver driver;
    std::size_t number = 0;
    driver.backend = [&](BackendCall& call) {
      const std::errc error = c.errors.at(number++);
      if (error != ok) call.error = std::make_error_code(error);
    };
    driver.send(get("/parallel"));
    driver.run();
    EXPECT_EQ(driver.sent, error_reply(c.status));
    EXPECT_EQ(driver.totals().backend_errors, c.failed);
    EXPECT_EQ(number, 3U) << "the steps after the failed one are skipped";
  }
}

TEST(SessionParallel, calls_still_open_at_the_deadline_have_timed_out) {
  SessionDriver driver;
  driver.backend_error = std::make_error_code(std::errc::timed_out);
  int number = 0;
  driver.backend = [&](BackendCall& call) {
    if (number++ == 1) call.error.clear();  // the second was answered in time
  };
  driver.send(get("/parallel"));
  driver.run();
  EXPECT_EQ(driver.sent, error_reply("504 Gateway Timeout"));
  EXPECT_EQ(driver.totals().backend_errors, 2U);
}

TEST(SessionFile, counts_what_was_read) {
  SessionDriver driver;
  driver.send(get("/file"));
  driver.run();
  EXPECT_EQ(driver.files, (std::vector<std::size_t>{4096, 10}));
  EXPECT_EQ(driver.sent, json_reply("{\"route\":\"file\",\"calls\":0,\"bytes\":4106}\n"));
}

TEST(SessionFile, not_read_in_full_is_an_error) {
  for (const IoResult& result : {IoResult{.bytes = 4095, .error = {}},
                                 IoResult{.bytes = 4096, .error = std::make_error_code(std::errc::io_error)}}) {
    SessionDriver driver;
    driver.read_file = [&](const FileReadOp&) { return result; };
    driver.send(get("/file"));
    driver.run();
    EXPECT_EQ(driver.sent, error_reply("500 Internal Server Error"));
    EXPECT_EQ(driver.files.size(), 1U);
  }
}

TEST(SessionFile, exists_and_has_its_size) {
  SessionDriver driver;
  std::vector<std::uintmax_t> sizes;
  driver.read_file = [&](const FileReadOp& op) {
    sizes.push_back(std::filesystem::file_size(*op.path));
    return IoResult{.bytes = op.buffer.size(), .error = {}};
  };
  driver.send(get("/file"));
  driver.run();
  EXPECT_EQ(sizes, (std::vector<std::uintmax_t>{4096, 10}));
}

TEST(SessionSleep, is_waited_for_between_the_steps) {
  SessionDriver driver;
  driver.send(get("/sleep"));
  driver.run();
  EXPECT_EQ(driver.sleeps, (std::vector<std::chrono::nanoseconds>{milliseconds(5)}));
  EXPECT_EQ(driver.sent, json_reply("{\"route\":\"sleep\",\"calls\":1,\"bytes\":64}\n"));
}

TEST(SessionLock, is_work_like_any_other) {
  SessionDriver driver;
  driver.send(get("/lock") + get("/lock"));
  driver.run();
  const std::string reply = json_reply("{\"route\":\"lock\",\"calls\":0,\"bytes\":0}\n");
  EXPECT_EQ(driver.sent, reply + reply);
}

TEST(SessionCounters, say_how_many_responses_each_ended_connection_had) {
  SessionDriver driver;
  driver.send(get("/hello") + get("/hello") + get("/hello"));
  driver.run();
  EXPECT_EQ(driver.totals().connections_ended, 0U);
  EXPECT_EQ(driver.totals().connections_answered, 1U);
  driver.destroy();
  EXPECT_EQ(driver.totals().connections_ended, 1U);
  EXPECT_EQ(driver.totals().ended_responses, 3U);
  EXPECT_EQ(driver.totals().ended_responses_squared, 9U);
  EXPECT_EQ(driver.totals().ended_unanswered, 0U);

  SessionDriver silent;
  silent.run();
  silent.destroy();
  EXPECT_EQ(silent.totals().ended_unanswered, 1U);
  EXPECT_EQ(silent.totals().connections_answered, 0U);
}

}  // namespace
}  // namespace interleave
