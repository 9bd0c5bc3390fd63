#include "harness/load/generator/response_parser.hpp"

#include <string>

#include <gtest/gtest.h>

namespace interleave {
namespace {

using Event = ResponseParser::Event;

// What came of the bytes, in pieces of a given size; "finished" where only the end of the connection completed it.
struct Outcome {
  std::string event;
  int status = 0;
  bool keep_alive = false;
  std::size_t consumed = 0;
  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << outcome.event << ' ' << outcome.status << (outcome.keep_alive ? " keep" : " close") << " after "
             << outcome.consumed;
}

Outcome outcome_of(std::string_view bytes, std::size_t piece, bool to_head = false) {
  ResponseParser parser;
  parser.begin(to_head);
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto result = parser.parse(bytes.substr(at, piece));
    at += result.consumed;
    if (result.event == Event::failed) return {"failed"};
    if (result.event == Event::complete) return {"complete", parser.status(), parser.keep_alive(), at};
  }
  if (parser.finish() == Event::failed) return {"half"};
  return {"finished", parser.status(), parser.keep_alive(), at};
}

struct Case {
  const char* name;
  std::string bytes;
  Outcome expected;
  bool to_head = false;
};

std::vector<Case> cases() {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string length = ok + "Content-Length: 5\r\n\r\nhello";
  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  const std::string trailers = ok + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nDate: now\r\n\r\n";
  const std::string close = ok + "Connection: close\r\nContent-Length: 0\r\n\r\n";
  const std::string until_close = ok + "Content-Type: text/plain\r\n\r\nhello";
  const std::string old = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  const std::string old_keep = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi";
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + length;
  const std::string head = ok + "Content-Length: 5\r\n\r\n";
  const std::string none = "HTTP/1.1 204 No Content\r\n\r\n";
  const std::string same = "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
  const std::string busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
  const std::string upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";
  return {
      {"content length", length, {"complete", 200, true, length.size()}},
      {"chunked", chunked, {"complete", 200, true, chunked.size()}},
      {"chunked with extension and trailer", trailers, {"complete", 200, true, trailers.size()}},
      {"close asked for", close, {"complete", 200, false, close.size()}},
      {"until the end of the connection", until_close, {"finished", 200, false, until_close.size()}},
      {"HTTP/1.0 closes", old, {"complete", 200, false, old.size()}},
      {"HTTP/1.0 with keep-alive", old_keep, {"complete", 200, true, old_keep.size()}},
      {"interim replies are passed over", interim, {"complete", 200, true, interim.size()}},
      {"to HEAD: no body", head, {"complete", 200, true, head.size()}, true},
      {"204: no body", none, {"complete", 204, true, none.size()}},
      {"304: no body whatever its length", same, {"complete", 304, true, same.size()}},
      {"an error status is a reply", busy, {"complete", 503, true, busy.size()}},
      {"101 ends HTTP on this connection", upgrade, {"complete", 101, false, upgrade.size()}},
      {"half a body", ok + "Content-Length: 5\r\n\r\nhel", {"half"}},
      {"half a head", "HTTP/1.1 200 OK\r\nContent-", {"half"}},
      {"half a chunk", ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", {"half"}},
      {"nothing", "", {"half"}},
      {"another protocol", "-ERR unknown command 'GET'\r\n", {"failed"}},
      {"SSH", "SSH-2.0-OpenSSH_9.2\r\n", {"failed"}},
      {"a broken length", ok + "Content-Length: 5x\r\n\r\nhello", {"failed"}},
      {"a broken chunk", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", {"failed"}},
  };
}

TEST(ResponseParser, says_the_same_however_the_bytes_were_split) {
  for (const Case& c : cases()) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}}) {
      EXPECT_EQ(outcome_of(c.bytes, piece, c.to_head), c.expected) << c.name << ", by pieces of " << piece;
    }
  }
}

TEST(ResponseParser, leaves_what_follows_a_reply) {
  const std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
  EXPECT_EQ(outcome_of(reply + "HTTP/1.1 200 OK\r\n", 4096), (Outcome{"complete", 200, true, reply.size()}));
}

TEST(ResponseParser, is_used_again_after_any_outcome) {
  ResponseParser parser;
  const std::string reply = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  for (const std::string_view before :
       {std::string_view("garbage"), std::string_view(reply), std::string_view("HTTP/1.1 2")}) {
    parser.begin(false);
    static_cast<void>(parser.parse(before));
    parser.begin(false);
    EXPECT_EQ(parser.parse(reply).event, Event::complete) << before;
  }
}

}  // namespace
}  // namespace interleave
