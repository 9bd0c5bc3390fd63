// A body whose end two readers could see in different places lets one client put words into another's mouth: every
// such request must be refused, and nothing after it may be read as a request.
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/http/parse_all.hpp"

namespace interleave {
namespace {

constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

struct SmugglingCase {
  std::string_view fields;
  std::string_view body;
  int status;
};

const std::vector<SmugglingCase>& cases() {
  static const std::vector<SmugglingCase> table{
      // Both kinds of length, in either order and spelling.
      {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n", 400},
      {"transfer-encoding: chunked\r\nCONTENT-LENGTH: 0\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding : chunked\r\nContent-Length: 3\r\n", "abc", 400},
      {"Content-Length : 3\r\n", "abc", 400},
      {"Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n", 400},
      // Lengths repeated or malformed.
      {"Content-Length: 3\r\nContent-Length: 3\r\n", "abc", 400},
      {"Content-Length: 3\r\nContent-Length: 4\r\n", "abc", 400},
      {"Content-Length: 3, 3\r\n", "abc", 400},
      {"Content-Length: 3,\r\n", "abc", 400},
      {"Content-Length: +3\r\n", "abc", 400},
      {"Content-Length: -3\r\n", "abc", 400},
      {"Content-Length: 0x3\r\n", "abc", 400},
      {"Content-Length: 3 3\r\n", "abc", 400},
      {"Content-Length: 3;x\r\n", "abc", 400},
      {"Content-Length: 1\r\n 0\r\n", "abc", 400},
      {"Content-Length:\r\n", "abc", 400},
      {"Content-Length: abc\r\n", "abc", 400},
      {"Content-Length: 3\v\r\n", "abc", 400},
      // Codings: chunked must be the last, once; others are not understood.
      {"Transfer-Encoding: gzip\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: identity\r\n", "", 400},
      {"Transfer-Encoding:\r\n", "", 400},
      {"Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chunkedx\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: chu\r\n nked\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n", 400},
      {"Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", 501},
      {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", 501},
      // Lines that end in something other than CRLF.
      {"X: y\nContent-Length: 3\r\n", "abc", 400},
      {"X: y\rContent-Length: 3\r\n", "abc", 400},
      // Chunks.
      {"Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n", 400},
      {"Transfer-Encoding: chunked\r\n", "3 \r\nabc\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", "-3\r\nabc\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", "\r\nabc\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", "3\r\nabcXX0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", "3;a\nabc\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n", "3;a=\"\r\n\"\r\nabc\r\n0\r\n\r\n", 400},
  };
  return table;
}

std::string text_of(const SmugglingCase& c) {
  std::string text = "POST / HTTP/1.1\r\nHost: a\r\n";
  return text.append(c.fields).append("\r\n").append(c.body).append(kSmuggled);
}

TEST(RequestSmuggling, ambiguous_framing_is_refused_at_any_split) {
  for (const SmugglingCase& c : cases()) {
    const std::string text = text_of(c);
    const std::string log = parse_all({text});
    EXPECT_TRUE(log.ends_with(std::to_string(c.status))) << testing::PrintToString(text) << " -> " << log;
    EXPECT_EQ(log.find("smuggled"), std::string::npos) << testing::PrintToString(text) << " -> " << log;
    EXPECT_EQ(parse_all(byte_by_byte(text)), log) << testing::PrintToString(text);
    for (std::size_t i = 1; i < text.size(); ++i) {
      ASSERT_EQ(parse_all(cut_at(text, i)), log) << "cut at " << i << ": " << testing::PrintToString(text);
    }
  }
}

TEST(RequestSmuggling, http_1_0_has_no_transfer_coding) {
  EXPECT_EQ(parse_all({"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}), "400");
}

}  // namespace
}  // namespace interleave
