#include "core/http/request_parser.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/http/parse_all.hpp"

namespace interleave {
namespace {

struct ParserCase {
  std::string text;
  std::string_view log;
};

void expect_at_any_split(const ParserCase& c) {
  EXPECT_EQ(parse_all({c.text}), c.log) << testing::PrintToString(c.text);
  EXPECT_EQ(parse_all(byte_by_byte(c.text)), c.log) << "byte by byte: " << testing::PrintToString(c.text);
  for (std::size_t i = 1; i < c.text.size(); ++i) {
    ASSERT_EQ(parse_all(cut_at(c.text, i)), c.log) << "cut at " << i << ": " << testing::PrintToString(c.text);
  }
}

TEST(RequestParser, reads_requests_at_any_split) {
  const std::vector<ParserCase> cases{
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /|"},
      {"HEAD /x?a=b HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /x?a=b|"},
      {"GET http://a/x?id=4 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x?id=4 id=4|"},
      {"PUT / HTTP/1.1\r\nhOST:a:80\r\n\r\n", "other /|"},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "other *|"},
      {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "other a:80|"},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET /|"},
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /|"},
      {"\r\n\r\n", ""},
      {"GET / HTTP/1.1\r\nHost: a\r\n", "..."},
      {"GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nG", "GET /1|GET /2|..."},
  };
  for (const ParserCase& c : cases) expect_at_any_split(c);
}

TEST(RequestParser, knows_what_keeps_the_connection) {
  const std::vector<ParserCase> cases{
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / close|"},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "GET / close|"},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", "GET /|"},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close, keep-alive\r\n\r\n", "GET / close|"},
      {"GET / HTTP/1.0\r\n\r\n", "GET / close|"},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /|"},
      {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / close|"},
      // What follows "close" is the session's to drop; the parser reads on.
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
       "GET / close|GET /2|"},
      // Upgrades are ignored: the request is an ordinary one and so is the next.
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
       "GET /|GET /2|"},
  };
  for (const ParserCase& c : cases) expect_at_any_split(c);
}

TEST(RequestParser, finds_the_id) {
  const std::vector<ParserCase> cases{
      {"GET /x?id=12 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x?id=12 id=12|"},
      {"GET /x HTTP/1.1\r\nHost: a\r\nX-Request-Id:  34 \r\n\r\n", "GET /x id=34|"},
      {"GET /x?id=12 HTTP/1.1\r\nHost: a\r\nx-request-id: 34\r\n\r\n", "GET /x?id=12 id=12|"},
      {"GET /x?id=12 HTTP/1.1\r\nHost: a\r\nx-request-id: uuid\r\n\r\n", "GET /x?id=12 id=12|"},
      {"GET /x?id=z HTTP/1.1\r\nHost: a\r\nX-Request-Id: 34\r\n\r\n", "GET /x?id=z id=?|"},
      {"GET /x HTTP/1.1\r\nHost: a\r\nX-Request-Id: uuid\r\n\r\n", "GET /x id=?|"},
      {"GET /x HTTP/1.1\r\nHost: a\r\nX-Request-Id: 1\r\nX-Request-Id: 1\r\n\r\n", "GET /x id=?|"},
  };
  for (const ParserCase& c : cases) expect_at_any_split(c);
}

TEST(RequestParser, reads_bodies) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::vector<ParserCase> cases{
      {post + "Content-Length: 3\r\n\r\nabc" + get, "POST / length=3|GET /|"},
      {post + "Content-Length: 3 \r\n\r\nabc" + get, "POST / length=3|GET /|"},
      {post + "Content-Length: 0\r\n\r\n" + get, "POST /|GET /|"},
      {post + "Content-Length: 3\r\n\r\nab", "POST / length=3..."},
      {post + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + get, "POST / chunked|GET /|"},
      {post + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n" + get, "POST / chunked|GET /|"},
      {post + "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: 1\r\nHost: b\r\n\r\n" + get,
       "POST / chunked|GET /|"},
      {post + "Content-Length: 3\r\nExpect: 100-Continue\r\n\r\nabc", "POST / length=3 expects-100|"},
      {post + "Expect: 200-ok\r\n\r\n", "POST / expects-?|"},
      {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na", "POST / length=1 close|"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get, "GET / length=3|GET /|"},
  };
  for (const ParserCase& c : cases) expect_at_any_split(c);
}

TEST(RequestParser, refuses_what_is_too_long) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::string end = "\r\n\r\n";
  // A head as long as the limit has reached it: the limit is the first length refused by "need more".
  const std::string fits = start + std::string(kTestHeadLimit - start.size() - end.size(), 'x') + end;
  const std::string too_long = start + std::string(kTestHeadLimit - start.size() - end.size() + 1, 'x') + end;
  const std::vector<ParserCase> cases{
      {fits, "GET /|"},
      {too_long, "431"},
      {"GET /" + std::string(300, 'u') + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"},
      {std::string(400, '\r') + "\n", "431"},
      // Beyond the limit nothing is looked at: not even what is malformed.
      {start + std::string(300, 'x') + "\r\n\x01 bad\r\n\r\n", "431"},
      {post + "Content-Length: 100\r\n\r\n" + std::string(100, 'b'), "POST / length=100|"},
      {post + "Content-Length: 101\r\n\r\n", "413"},
      {post + "Content-Length: 99999999999999999999999\r\n\r\n", "413"},
      {post + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + std::string(100, 'b') + "\r\n0\r\n\r\n",
       "POST / chunked|"},
      {post + "Transfer-Encoding: chunked\r\n\r\n65\r\n", "POST / chunked413"},
      {post + "Transfer-Encoding: chunked\r\n\r\n60\r\n" + std::string(96, 'b') + "\r\n5\r\nabcde\r\n",
       "POST / chunked413"},
      {post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "POST / chunked413"},
  };
  for (const ParserCase& c : cases) expect_at_any_split(c);
}

TEST(RequestParser, refuses_versions_and_methods_it_does_not_serve) {
  const std::vector<ParserCase> cases{
      {"GET /\r\n", "400"},
      {"GET /\r\n\r\n", "400"},
      {"GET / HTTP/0.9\r\n\r\n", "505"},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", "505"},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
      {"GET / HTTP/9.9\r\nHost: a\r\n\r\n", "505"},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
      {"GET / HTTP/x.1\r\n\r\n", "400"},
      {"GET / HTTP/1.x\r\n\r\n", "400"},
      {"GET / HTP/1.1\r\n\r\n", "400"},
      {"GET / RTSP/1.0\r\n\r\n", "400"},
      {"SOURCE / ICE/1.0\r\n\r\n", "400"},
      {"DESCRIBE / HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "501"},
      {"GE / HTTP/1.1\r\n", "501"},
      {"GETX / HTTP/1.1\r\n", "501"},
      {"get / HTTP/1.1\r\n", "501"},
      {"BREW pot HTTP/1.1\r\n", "501"},
      {"BREW", "..."},
      {"nonsense\r\n", "400"},
      {"BREW / HTTP/1.1\n", "400"},
      {"BREW  HTTP/1.1\r\n", "400"},
      {"BREW HTTP/1.1\r\n", "400"},
      {"BR:EW / HTTP/1.1\r\n", "400"},
      {"BREW / / HTTP/1.1\r\n", "400"},
      {"BREW " + std::string(300, '/'), "431"},
      {" GET / HTTP/1.1\r\n", "400"},
      {"\x16\x03\x01", "400"},
      {"G\x01T / HTTP/1.1\r\n", "400"},
  };
  for (const ParserCase& c : cases) expect_at_any_split(c);
}

TEST(RequestParser, refuses_malformed_heads) {
  const std::string start = "GET / HTTP/1.1\r\n";
  const std::string host = "Host: a\r\n";
  const std::vector<ParserCase> cases{
      {start + "\r\n", "400"},
      {start + host + host + "\r\n", "400"},
      {start + "Host: a b\r\n\r\n", "400"},
      {start + "Host: a, b\r\n\r\n", "400"},
      {start + "Host: a/b\r\n\r\n", "400"},
      {start + "Host: user@a\r\n\r\n", "400"},
      {start + "Host : a\r\n\r\n", "400"},
      {start + host + " folded: b\r\n\r\n", "400"},
      {start + host + ": no name\r\n\r\n", "400"},
      {start + host + "no colon\r\n\r\n", "400"},
      {start + host + "X\x80: a\r\n\r\n", "400"},
      {start + host + "X: a\rb\r\n\r\n", "400"},
      {start + host + std::string("X: a\0b\r\n\r\n", 10), "400"},
      {start + host + "\rX", "400"},
      {"GET / HTTP/1.1\nHost: a\n\n", "400"},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400"},
      {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
      {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400"},
  };
  for (const ParserCase& c : cases) expect_at_any_split(c);
}

TEST(RequestParser, does_not_copy_a_head_that_came_in_one_piece) {
  RequestParser parser(kTestHeadLimit, kTestBodyLimit);
  const std::string_view text = "GET /path?query HTTP/1.1\r\nHost: a\r\n\r\n";
  const RequestParser::Result result = parser.parse(text);
  EXPECT_EQ(result.event, RequestParser::Event::complete);
  EXPECT_EQ(result.consumed, text.size());
  EXPECT_EQ(parser.head().path.data(), text.data() + 4);
  EXPECT_EQ(parser.head().query.data(), text.data() + 10);
}

TEST(RequestParser, has_started_with_the_first_byte_of_a_request) {
  RequestParser parser(kTestHeadLimit, kTestBodyLimit);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.parse("\r\n").event, RequestParser::Event::need_more);
  EXPECT_FALSE(parser.started());
  EXPECT_EQ(parser.parse("G").event, RequestParser::Event::need_more);
  EXPECT_TRUE(parser.started());
  parser.reset();
  EXPECT_FALSE(parser.started());
}

}  // namespace
}  // namespace interleave
