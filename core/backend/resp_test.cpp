#include "core/backend/resp.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <hiredis/hiredis.h>

namespace interleave {
namespace {

using Words = std::vector<std::string>;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string hiredis_encoding(const Words& words) {
  std::vector<const char*> pointers;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    pointers.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* target = nullptr;
  const int size = redisFormatCommandArgv(&target, static_cast<int>(words.size()), pointers.data(), sizes.data());
  std::string result(target, static_cast<std::size_t>(size));
  redisFreeCommand(target);
  return result;
}

std::string encoding(const Words& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  return encode_command(views);
}

// What a reader makes of a stream: the values in order, then "!" if it ended in a protocol error.
Words read_replies(ReplyReader& reader) {
  static constexpr std::array kNames = {"bulk", "simple", "integer", "nil", "error"};
  Words result;
  while (const auto reply = reader.next()) {
    std::string line = kNames.at(static_cast<std::size_t>(reply->kind));
    line.append(" ").append(std::to_string(reply->bytes)).append(" ").append(reader.text());
    result.push_back(line);
  }
  if (reader.failed()) result.emplace_back("!");
  return result;
}

std::vector<Words> read_commands(CommandReader& reader) {
  std::vector<Words> result;
  while (const auto words = reader.next()) result.emplace_back(words->begin(), words->end());
  if (reader.failed()) result.push_back({"!"});
  return result;
}

Words replies_in(std::string_view text) {
  ReplyReader reader(true);
  static_cast<void>(reader.feed(bytes_of(text)));
  return read_replies(reader);
}

std::vector<Words> commands_in(std::string_view text) {
  CommandReader reader;
  static_cast<void>(reader.feed(bytes_of(text)));
  return read_commands(reader);
}

template <typename Range>
void append(Range& all, Range more) {
  all.insert(all.end(), more.begin(), more.end());
}

TEST(AppendCall, equals_what_hiredis_encodes) {
  const std::string long_name(300, 's');
  for (const std::string& service : {std::string("db"), std::string("a"), std::string(), long_name}) {
    for (const std::uint64_t id : {0ULL, 9ULL, 10ULL, 99ULL, 12345678901ULL, ~0ULL}) {
      for (const std::uint32_t index : {0U, 7U, 10U, std::numeric_limits<std::uint32_t>::max()}) {
        std::string out = "before";
        append_call(out, service, id, index);
        EXPECT_EQ(out, "before" + hiredis_encoding({"CALL", service, std::to_string(id), std::to_string(index)}));
      }
    }
    std::string out;
    append_call(out, service, std::nullopt, 3);
    EXPECT_EQ(out, hiredis_encoding({"CALL", service, "-", "3"}));
  }
}

TEST(EncodeCommand, equals_what_hiredis_encodes) {
  for (const Words& words : {Words{"PING"}, Words{"STATS", ""}, Words{"a b", "c\r\nd", std::string(1000, 'x')},
                             Words{std::string("nul\0in", 6), "\xff\xfe"}}) {
    EXPECT_EQ(encoding(words), hiredis_encoding(words));
  }
}

TEST(ReplyReader, reads_each_kind) {
  struct Case {
    std::string_view wire;
    Words replies;
  };
  const Case cases[] = {
      {"", {}},
      {"$3\r\nabc\r\n", {"bulk 3 abc"}},
      {"$0\r\n\r\n", {"bulk 0 "}},
      {"$2\r\n\r\n\r\n", {"bulk 2 \r\n"}},
      {"$-1\r\n", {"nil 0 "}},
      {"*-1\r\n", {"nil 0 "}},
      {"+PONG\r\n", {"simple 4 PONG"}},
      {"+\r\n", {"simple 0 "}},
      {":42\r\n", {"integer 0 42"}},
      {":-7\r\n", {"integer 0 -7"}},
      {"-ERR no\r\n", {"error 6 ERR no"}},
      {"+a\r\n$1\r\nb\r\n-c\r\n", {"simple 1 a", "bulk 1 b", "error 1 c"}},
      {"+a\r\n$1\r\n", {"simple 1 a"}},
  };
  for (const Case& c : cases) EXPECT_EQ(replies_in(c.wire), c.replies) << c.wire;
}

TEST(ReplyReader, refuses_what_is_not_a_reply_and_stays_so) {
  for (const std::string_view wire :
       {"x", "?3\r\n", "$abc\r\n", "$-2\r\n", "$99999999999999999999\r\n", ":1x\r\n", "*1\r\n+a\r\n", "*0\r\n"}) {
    ReplyReader reader(true);
    ASSERT_TRUE(reader.feed(bytes_of(wire)));
    EXPECT_EQ(read_replies(reader), Words{"!"}) << wire;
    EXPECT_FALSE(reader.feed(bytes_of("+PONG\r\n")));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.failed());
  }
}

TEST(ReplyReader, returns_what_came_before_an_error) {
  EXPECT_EQ(replies_in("+a\r\n+b\r\n!oops\r\n+c\r\n"), (Words{"simple 1 a", "simple 1 b", "!"}));
}

TEST(ReplyReader, gives_the_same_split_at_every_byte) {
  const std::string wire = "$5\r\nhello\r\n+OK\r\n-ERR bad\r\n:12\r\n$-1\r\n$0\r\n\r\n$2\r\n\r\n\r\n";
  const Words whole = replies_in(wire);
  ASSERT_EQ(whole.size(), 7U);
  for (std::size_t split = 0; split <= wire.size(); ++split) {
    ReplyReader reader(true);
    ASSERT_TRUE(reader.feed(bytes_of(wire).first(split)));
    Words replies = read_replies(reader);
    ASSERT_TRUE(reader.feed(bytes_of(wire).subspan(split)));
    append(replies, read_replies(reader));
    EXPECT_EQ(replies, whole) << "split at " << split;
  }
}

TEST(ReplyReader, knows_lengths_without_keeping_text) {
  ReplyReader reader;
  ASSERT_TRUE(reader.feed(bytes_of("$5\r\nhello\r\n")));
  const auto reply = reader.next();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->bytes, 5U);
  EXPECT_EQ(reader.text(), "");
}

TEST(ReplyReader, takes_the_longest_string_and_no_longer) {
  for (const std::size_t extra : {0U, 1U}) {
    const std::string text(kMaxReplyBytes + extra, 'x');
    std::string wire = "$";
    wire.append(std::to_string(text.size())).append("\r\n").append(text).append("\r\n");
    EXPECT_EQ(replies_in(wire), extra == 0 ? Words{"bulk 1048576 " + text} : Words{"!"});
  }
}

TEST(ReplyReader, does_not_buffer_without_bound) {
  ReplyReader reader;
  ASSERT_TRUE(reader.feed(bytes_of("$999999999\r\n")));
  const std::string chunk(65536, 'x');
  std::size_t fed = 0;
  while (!reader.failed() && fed < 4 * kMaxReplyBytes) {
    fed += reader.feed(bytes_of(chunk)) ? chunk.size() : 0;
    EXPECT_FALSE(reader.next());
  }
  EXPECT_TRUE(reader.failed());
  EXPECT_LE(fed, kMaxReplyBytes + 2 * chunk.size());
}

TEST(CommandReader, reads_arrays_and_inline_lines) {
  struct Case {
    std::string wire;
    std::vector<Words> commands;
  };
  const Case cases[] = {
      {"", {}},
      {"*1\r\n$4\r\nPING\r\n", {{"PING"}}},
      {"PING\r\n", {{"PING"}}},
      {"PING\n", {{"PING"}}},
      {"  CALL\tdb  -  0 \r\n", {{"CALL", "db", "-", "0"}}},
      {"\r\n\n*0\r\n  \r\nPING\r\n*0\r\n", {{"PING"}}},
      {"*2\r\n$1\r\na\r\n$0\r\n\r\nSTATS\r\n*1\r\n$1\r\nb\r\n", {{"a", ""}, {"STATS"}, {"b"}}},
      {"*1\r\n$3\r\n*1\r\r\n$x\r\n", {{"*1\r"}, {"$x"}}},
      {"PING", {}},
      {"*2\r\n$1\r\na\r\n", {}},
  };
  for (const Case& c : cases) EXPECT_EQ(commands_in(c.wire), c.commands) << c.wire;
}

TEST(CommandReader, reads_what_append_call_writes) {
  std::string wire;
  append_call(wire, "db", 17, 2);
  append_call(wire, "cache", std::nullopt, 0);
  EXPECT_EQ(commands_in(wire), (std::vector<Words>{{"CALL", "db", "17", "2"}, {"CALL", "cache", "-", "0"}}));
}

TEST(CommandReader, refuses_what_is_not_an_array_of_bulk_strings) {
  for (const std::string_view wire :
       {"*x\r\n", "*-1\r\n", "*-2\r\n", "*1\r\n+PING\r\n", "*1\r\n:1\r\n", "*1\r\n-a\r\n", "*1\r\n$-1\r\n",
        "*1\r\n*1\r\n$1\r\na\r\n", "*1\r\n*0\r\n", "*99999999999\r\n", "*1\r\nPING\r\n", "*1025\r\n"}) {
    EXPECT_EQ(commands_in(wire), std::vector<Words>{{"!"}}) << wire;
  }
}

TEST(CommandReader, gives_the_same_split_at_every_byte) {
  const std::string wire = "*3\r\n$4\r\nCALL\r\n$0\r\n\r\n$2\r\n\r\n\r\nPING x\r\n*0\r\n\r\n*1\r\n$5\r\nSTATS\r\nQ\n";
  const std::vector<Words> whole = commands_in(wire);
  ASSERT_EQ(whole.size(), 4U);
  for (std::size_t split = 0; split <= wire.size(); ++split) {
    CommandReader reader;
    ASSERT_TRUE(reader.feed(bytes_of(wire).first(split)));
    std::vector<Words> commands = read_commands(reader);
    ASSERT_TRUE(reader.feed(bytes_of(wire).subspan(split)));
    append(commands, read_commands(reader));
    EXPECT_EQ(commands, whole) << "split at " << split;
  }
}

TEST(CommandReader, bounds_words_and_bytes) {
  const Words most(kMaxCommandWords, "w");
  EXPECT_EQ(commands_in(encoding(most)), std::vector<Words>{most});
  EXPECT_EQ(commands_in(encoding(Words(kMaxCommandWords + 1, "w"))), std::vector<Words>{{"!"}});
  const Words longest{std::string(kMaxCommandBytes, 'b')};
  EXPECT_EQ(commands_in(encoding(longest)), std::vector<Words>{longest});
  EXPECT_EQ(commands_in(encoding({longest[0], "b"})), std::vector<Words>{{"!"}});
}

TEST(CommandReader, bounds_inline_lines) {
  const std::string longest(kMaxInlineBytes, 'i');
  EXPECT_EQ(commands_in(longest + "\n"), std::vector<Words>{{longest}});
  EXPECT_EQ(commands_in(longest + "i\n"), std::vector<Words>{{"!"}});
  EXPECT_EQ(commands_in(longest + "i"), std::vector<Words>{{"!"}});
}

TEST(CommandReader, forgets_inline_commands_already_read) {
  CommandReader reader;
  // Never at the end of what was fed: the buffer is trimmed on the way, else it would hold all of it.
  ASSERT_TRUE(reader.feed(bytes_of("PI")));
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(reader.feed(bytes_of("NG\r\nPI")));
    const auto words = reader.next();
    ASSERT_TRUE(words);
    ASSERT_THAT(*words, testing::ElementsAre("PING"));
  }
}

}  // namespace
}  // namespace interleave
