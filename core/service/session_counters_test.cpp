#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

std::uint64_t responses(const CounterTotals& totals, int status) {
  return totals.responses[status_index(status)];
}

TEST(SessionCounters, count_requests_answers_and_bytes) {
  SessionDriver driver;
  const std::string requests = get("/hello") + get("/nothing") + get("/two_calls") + "BREW / HTTP/1.1\r\n";
  driver.send(requests);
  driver.run();
  const CounterTotals totals = driver.totals();
  EXPECT_EQ(totals.requests, 4U);
  EXPECT_EQ(responses(totals, 200), 2U);
  EXPECT_EQ(responses(totals, 404), 1U);
  EXPECT_EQ(responses(totals, 501), 1U);
  EXPECT_EQ(totals.all_responses(), 4U);
  EXPECT_EQ(totals.backend_calls, 2U);
  EXPECT_EQ(totals.backend_errors, 0U);
  EXPECT_EQ(totals.bytes_in, requests.size());
  EXPECT_EQ(totals.bytes_out, driver.sent.size());
  EXPECT_EQ(totals.in_flight, 0U);
  EXPECT_EQ(totals.max_in_flight, 1U) << "pipelined requests run one after another";
}

TEST(SessionCounters, count_failed_calls) {
  SessionDriver driver;
  driver.backend = [](BackendCall& call) { call.error = std::make_error_code(std::errc::connection_refused); };
  driver.send(get("/two_calls"));
  driver.run();
  EXPECT_EQ(driver.totals().backend_calls, 1U);
  EXPECT_EQ(driver.totals().backend_errors, 1U);
  EXPECT_EQ(responses(driver.totals(), 502), 1U);
}

TEST(SessionCounters, say_what_is_in_flight) {
  SessionDriver driver;
  std::uint64_t while_calling = 0, while_writing = 0;
  driver.backend = [&](BackendCall& call) {
    while_calling = driver.totals().in_flight;
    call.reply_bytes = 64;
  };
  driver.write = [&](std::size_t bytes) {
    while_writing = driver.totals().in_flight;
    // A client that has its answer finds it counted.
    EXPECT_EQ(driver.totals().all_responses(), 1U);
    return IoResult{.bytes = bytes, .error = {}};
  };
  driver.run();
  EXPECT_EQ(driver.totals().in_flight, 0U);
  driver.send(get("/one_call"));
  driver.run();
  EXPECT_EQ(while_calling, 1U);
  EXPECT_EQ(while_writing, 1U);
  EXPECT_EQ(driver.totals().in_flight, 0U);
}

TEST(SessionCounters, forget_a_session_destroyed_in_flight) {
  SessionDriver driver;
  driver.send(get("/one_call"));  // leaves off before the reply is written
  EXPECT_EQ(driver.totals().in_flight, 1U);
  driver.destroy();
  EXPECT_EQ(driver.totals().in_flight, 0U);
}

TEST(SessionCounters, do_not_count_requests_that_never_arrived) {
  SessionDriver driver;
  driver.send("GET /hello HTT");
  driver.send("");
  driver.run();
  EXPECT_EQ(driver.totals().requests, 0U);
  EXPECT_EQ(driver.totals().bytes_in, 14U);
}

TEST(SessionCounters, follow_the_thread) {
  Service service(test_workload(), CpuRate{.iterations_per_us = 1});
  const auto counters = std::make_unique<Counters>();
  Session session(service, {}, *counters, counters->shard(0));
  const std::string request = get("/hello");
  for (const unsigned thread : {0U, 1U, 1U}) {
    session.use_shard(counters->shard(thread));
    ASSERT_TRUE(std::holds_alternative<ReadOp>(session.next({})));
    session.complete_read(std::as_bytes(std::span(request)));
    ASSERT_TRUE(std::holds_alternative<WriteOp>(session.next({})));
    session.complete({});
  }
  EXPECT_EQ(counters->shard(0).requests.load(), 1U);
  EXPECT_EQ(counters->shard(1).requests.load(), 2U);
  EXPECT_EQ(counters->totals().requests, 3U);
}

}  // namespace
}  // namespace interleave
