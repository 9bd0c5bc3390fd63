// Mutated requests, the same on every run: the session must end, must never trip an assertion or a sanitizer, and
// whatever it sends must be well-formed HTTP.
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/rng.hpp"
#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

constexpr std::uint64_t kSeed = 20240229;
constexpr int kRounds = 20'000;

const std::vector<std::string>& seeds() {
  static const std::vector<std::string> texts{
      get("/hello"),
      get("/one_call?id=7"),
      get("/parallel"),
      get("/file"),
      get("/sleep"),
      get("/lock"),
      get("/items", "Connection: keep-alive\r\nAccept: */*\r\n"),
      get("/hello", "Connection: close\r\n"),
      "HEAD /items HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      "POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345",
      "POST /two_calls HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\nT: x\r\n\r\n",
      "POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab",
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
  };
  return texts;
}

const std::vector<std::string>& words() {
  static const std::vector<std::string> texts{"\r\n",
                                              "\n",
                                              "\r",
                                              " ",
                                              ":",
                                              "\r\n\r\n",
                                              "0",
                                              "HTTP/",
                                              "1.0",
                                              "\xff",
                                              "chunked",
                                              "Content-Length: 1\r\n",
                                              "Transfer-Encoding: chunked\r\n",
                                              "Host: b\r\n",
                                              "?id=",
                                              "99999999999"};
  return texts;
}

std::string mutated(SplitMix64& random) {
  std::string text;
  for (std::uint64_t n = 1 + random.next() % 3; n > 0; --n) text += seeds()[random.next() % seeds().size()];
  for (std::uint64_t n = random.next() % 4; n > 0; --n) {
    const std::size_t at = random.next() % text.size();
    switch (random.next() % 5) {
      case 0:
        text[at] = static_cast<char>(random.next() % 256);
        break;
      case 1:
        text.erase(at, 1 + random.next() % 8);
        break;
      case 2:
        text.insert(at, words()[random.next() % words().size()]);
        break;
      case 3:
        text.insert(at, text.substr(random.next() % text.size(), random.next() % 20));
        break;
      default:
        text.resize(at + 1);
        break;
    }
    if (text.empty()) text = "\r\n";
  }
  return text;
}

// Takes one response off the front; false: it is not one. HEAD's answers have no body, which only what follows shows:
// no body of the session starts like a response.
bool take_response(std::string_view& text) {
  const std::size_t head_end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || head_end == std::string_view::npos) return false;
  const std::string_view head = text.substr(0, head_end + 2);
  text.remove_prefix(head_end + 4);
  if (head.starts_with("HTTP/1.1 100 ")) return true;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t at = head.find(kLength);
  if (at == std::string_view::npos) return false;
  std::size_t length = 0;
  std::from_chars(head.data() + at + kLength.size(), head.data() + head.size(), length);
  if (text.empty() || text.starts_with("HTTP/1.1 ")) return length > 0;
  if (text.size() < length) return false;
  text.remove_prefix(length);
  return true;
}

TEST(SessionFuzz, always_ends_and_always_speaks_http) {
  SplitMix64 random(kSeed);
  SessionOptions options;
  options.limits.head_bytes = 300;
  options.limits.body_bytes = 1000;
  std::array<int, 2> with_output{};
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = mutated(random);
    const std::string sent = reply_to({text}, options);
    const std::size_t cut = 1 + random.next() % text.size();
    ASSERT_EQ(reply_to({text.substr(0, cut), text.substr(cut)}, options), sent)
        << "cut at " << cut << ": " << testing::PrintToString(text);
    std::string_view rest = sent;
    while (!rest.empty()) {
      ASSERT_TRUE(take_response(rest)) << testing::PrintToString(text) << " -> " << sent;
    }
    ++with_output[sent.find(" 200 OK") != std::string::npos ? 1 : 0];
  }
  // The mutations are worth something only if both happen often.
  EXPECT_GT(with_output[0], kRounds / 20);
  EXPECT_GT(with_output[1], kRounds / 20);
}

// The model may report errors at any operation.
TEST(SessionFuzz, survives_failing_operations) {
  SplitMix64 random(kSeed + 1);
  const std::array<std::error_code, 3> errors{std::make_error_code(std::errc::timed_out),
                                              std::make_error_code(std::errc::connection_reset),
                                              std::make_error_code(std::errc::operation_canceled)};
  for (int round = 0; round < kRounds / 4; ++round) {
    SessionDriver driver;
    const auto some_error = [&] {
      return random.next() % 4 == 0 ? errors[random.next() % errors.size()] : std::error_code{};
    };
    driver.backend = [&](BackendCall& call) {
      call.error = some_error();
      call.reply_bytes = 64;
      if (random.next() % 16 == 0) driver.session().drain();
    };
    driver.write = [&](std::size_t bytes) { return IoResult{.bytes = bytes, .error = some_error()}; };
    for (int i = 0; i < 20 && !driver.closed(); ++i) {
      if (const std::error_code error = some_error()) {
        driver.fail_read(error);
      } else {
        driver.send(mutated(random));
        driver.run();
      }
      driver.now += std::chrono::seconds(random.next() % 12);
    }
    driver.destroy();
    const CounterTotals totals = driver.totals();
    ASSERT_EQ(totals.in_flight, 0U);
    ASSERT_LE(totals.all_responses(), totals.requests);
  }
}

}  // namespace
}  // namespace interleave
