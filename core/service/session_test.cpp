// What a session answers, by request; every request also cut at every position.
#include "core/service/session.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

struct SessionCase {
  std::string request;
  std::string reply;
};

void expect_all(const std::vector<SessionCase>& cases, const SessionOptions& options = {}) {
  for (const SessionCase& c : cases) expect_reply(c.request, c.reply, options);
}

TEST(Session, answers_routes) {
  expect_all({
      {get("/hello"), json_reply(kHelloBody)},
      {get("/hello?x=1"), json_reply(kHelloBody)},
      {get("http://host/hello"), json_reply(kHelloBody)},
      {get("/one_call"), json_reply(kOneCallBody)},
      {get("/two_calls"), json_reply("{\"route\":\"two_calls\",\"calls\":2,\"bytes\":128}\n")},
      {get("/busy"), json_reply("{\"route\":\"busy\",\"calls\":0,\"bytes\":0}\n")},
      {get("/"), text_reply("200 OK", "interleave: workload test\n")},
      {get("/healthz"), text_reply("200 OK", "ok\n")},
  });
}

TEST(Session, answers_errors_and_stays_open) {
  expect_all({
      {get("/nothing") + get("/hello"), error_reply("404 Not Found") + json_reply(kHelloBody)},
      {get("/hello/") + get("/hello"), error_reply("404 Not Found") + json_reply(kHelloBody)},
      {get("/hello?id=x") + get("/hello"), error_reply("400 Bad Request") + json_reply(kHelloBody)},
      {get("/hello", "X-Request-Id: x\r\n") + get("/hello"), error_reply("400 Bad Request") + json_reply(kHelloBody)},
      {"DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"),
       error_reply("405 Method Not Allowed") + json_reply(kHelloBody)},
      {"DELETE /nothing HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"),
       error_reply("404 Not Found") + json_reply(kHelloBody)},
      {get("/hello", "Expect: miracles\r\n") + get("/hello"),
       error_reply("417 Expectation Failed") + json_reply(kHelloBody)},
  });
}

TEST(Session, refuses_what_it_cannot_read_and_closes) {
  expect_all({
      {"GET /hello HTTP/1.1\r\n\r\n" + get("/hello"), refusal("400 Bad Request")},
      {"nonsense\r\n\r\n", refusal("400 Bad Request")},
      {"\x16\x03\x01\x02", refusal("400 Bad Request")},
      {"GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", refusal("505 HTTP Version Not Supported")},
      {get("/hello") + "BREW / HTTP/1.1\r\n", json_reply(kHelloBody) + refusal("501 Not Implemented")},
      {"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
           get("/hello"),
       refusal("400 Bad Request")},
      {"POST /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", refusal("501 Not Implemented")},
  });
}

TEST(Session, limits_the_head) {
  SessionOptions options;
  options.limits.head_bytes = 64;
  const std::string fits = get("/hello", "X: " + std::string(64 - get("/hello").size() - 5, 'x') + "\r\n");
  ASSERT_EQ(fits.size(), 64U);
  expect_reply(fits + fits, json_reply(kHelloBody) + json_reply(kHelloBody), options);
  expect_reply(get("/hello", "X: " + std::string(64, 'x') + "\r\n"), refusal("431 Request Header Fields Too Large"),
               options);
}

TEST(Session, answers_head_like_get_without_the_body) {
  for (const std::string_view target : {"/hello", "/items", "/", "/healthz", "/nothing"}) {
    std::string head_request = get(target);
    head_request.replace(0, 3, "HEAD");
    const std::string get_reply = reply_to({get(target)});
    const std::string head_reply = get_reply.substr(0, get_reply.find("\r\n\r\n") + 4);
    expect_reply(head_request, head_reply);
    expect_reply(head_request + get("/hello"), head_reply + json_reply(kHelloBody));
  }
  expect_reply(
      "HEAD / HTTP/1.1\r\n\r\n",
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\n");
}

TEST(Session, closes_when_the_client_asks) {
  const std::string_view close = "Connection: close\r\n";
  const std::string_view keep = "Connection: keep-alive\r\n";
  expect_all({
      {get("/hello", close) + get("/hello"), json_reply(kHelloBody, close)},
      {"GET /hello HTTP/1.0\r\n\r\n" + get("/hello"), json_reply(kHelloBody, close)},
      {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get("/hello"),
       json_reply(kHelloBody, keep) + json_reply(kHelloBody)},
      {get("/nothing", close) + get("/hello"), refusal("404 Not Found")},
  });
}

TEST(Session, without_keep_alive_answers_once) {
  SessionOptions options;
  options.keep_alive = false;
  expect_all(
      {
          {get("/hello") + get("/hello"), json_reply(kHelloBody, "Connection: close\r\n")},
          {"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", json_reply(kHelloBody, "Connection: close\r\n")},
          {get("/nothing"), refusal("404 Not Found")},
      },
      options);
}

TEST(Session, ignores_empty_lines_between_requests) {
  expect_reply("\r\n" + get("/hello") + "\r\n\r\n" + get("/hello"), json_reply(kHelloBody) + json_reply(kHelloBody));
}

TEST(Session, drops_what_the_client_broke_off) {
  expect_all({
      {"GET /hello HTT", ""},
      {get("/hello") + "GET /hel", json_reply(kHelloBody)},
      {"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab", ""},
  });
}

TEST(Session, gathers_pipelined_replies_into_one_write) {
  SessionDriver driver;
  std::string requests, replies;
  for (int i = 0; i < 16; ++i) {
    requests += get("/hello");
    replies += json_reply(kHelloBody);
  }
  driver.send(requests);
  driver.run();
  EXPECT_EQ(driver.sent, replies);
  EXPECT_EQ(driver.writes.size(), 1U);
}

TEST(Session, flushes_before_it_waits_for_the_backend) {
  SessionDriver driver;
  std::size_t sent_at_call = 0;
  driver.backend = [&](BackendCall& call) {
    sent_at_call = driver.sent.size();
    call.reply_bytes = 64;
  };
  driver.send(get("/hello") + get("/one_call") + get("/hello"));
  driver.run();
  EXPECT_EQ(sent_at_call, json_reply(kHelloBody).size());
  EXPECT_EQ(driver.sent, json_reply(kHelloBody) + json_reply(kOneCallBody) + json_reply(kHelloBody));
  EXPECT_EQ(driver.writes.size(), 2U);
}

TEST(Session, bounds_the_output_it_gathers) {
  SessionDriver driver;
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += get("/hello");
  driver.send(requests);
  driver.run();
  EXPECT_EQ(driver.sent.size(), 1000 * json_reply(kHelloBody).size());
  for (const std::size_t size : driver.writes)
    EXPECT_LT(size, std::size_t{16} * 1024 + json_reply(kHelloBody).size());
}

}  // namespace
}  // namespace interleave
