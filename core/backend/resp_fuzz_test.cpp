// Mutated streams, the same on every run: the readers must neither crash nor loop, whatever comes, and the result
// must not depend on how the stream was cut.
#include <gtest/gtest.h>

#include "core/backend/resp.hpp"
#include "core/base/rng.hpp"

namespace interleave {
namespace {

constexpr std::size_t kRounds = 20'000;

std::string mutate(std::string text, SplitMix64& rng) {
  static constexpr std::string_view kAlphabet = "*$+-:\r\n0129 xPING\0\xff";
  const std::uint64_t edits = 1 + rng.next() % 4;
  for (std::uint64_t edit = 0; edit < edits && !text.empty(); ++edit) {
    const std::size_t at = rng.next() % text.size();
    const char letter = kAlphabet[rng.next() % kAlphabet.size()];
    switch (rng.next() % 4) {
      case 0:
        text[at] = letter;
        break;
      case 1:
        text.insert(at, 1, letter);
        break;
      case 2:
        text.erase(at, 1 + rng.next() % 3);
        break;
      default:
        text.insert(at, text.substr(rng.next() % text.size(), rng.next() % 12));
        break;
    }
  }
  return text;
}

// Everything a reader saw, as text; at most one value can come from each byte.
template <typename Reader, typename Describe>
std::string drive(std::string_view wire, std::size_t chunk, Describe describe) {
  Reader reader;
  std::string seen;
  std::size_t values = 0;
  while (!wire.empty()) {
    const std::string_view part = wire.substr(0, chunk);
    static_cast<void>(reader.feed(std::as_bytes(std::span(part))));
    wire.remove_prefix(part.size());
    while (const auto value = reader.next()) {
      seen += describe(*value) + ";";
      if (++values > 10'000) return "endless";
    }
  }
  return seen + (reader.failed() ? "!" : "");
}

template <typename Reader, typename Describe>
void fuzz(const std::string& seed_text, Describe describe) {
  SplitMix64 rng(20240229);
  std::size_t failures = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const std::string wire = mutate(seed_text, rng);
    const std::string whole = drive<Reader>(wire, wire.size() + 1, describe);
    const std::string cut = drive<Reader>(wire, 1 + rng.next() % 7, describe);
    ASSERT_EQ(whole, cut) << wire;
    ASSERT_NE(whole, "endless") << wire;
    if (whole.ends_with('!')) ++failures;
  }
  // The mutations reach both outcomes, or this test proves nothing.
  EXPECT_GT(failures, kRounds / 10);
  EXPECT_LT(failures, kRounds - kRounds / 10);
}

TEST(RespFuzz, replies_never_crash_the_reader) {
  fuzz<ReplyReader>("$5\r\nhello\r\n+OK\r\n-ERR bad\r\n:12\r\n$-1\r\n$0\r\n\r\n", [](const Reply& reply) {
    return std::to_string(static_cast<int>(reply.kind)) + "," + std::to_string(reply.bytes);
  });
}

TEST(RespFuzz, commands_never_crash_the_reader) {
  fuzz<CommandReader>("*4\r\n$4\r\nCALL\r\n$2\r\ndb\r\n$1\r\n-\r\n$1\r\n0\r\nPING\r\n*1\r\n$5\r\nSTATS\r\n",
                      [](std::span<const std::string_view> words) {
                        std::string text;
                        for (const std::string_view word : words) text.append(word).append(",");
                        return text;
                      });
}

}  // namespace
}  // namespace interleave
