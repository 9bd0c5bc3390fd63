#include "core/trace/trace_file.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace interleave {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class TraceFileTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }

  void write(const std::string& bytes) const { std::ofstream(file_, std::ios::binary) << bytes; }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] Trace read() const { return read_trace(file_); }

  std::filesystem::path file_ = testing::TempDir() + "trace_file_test_" + std::to_string(::getpid());
  Trace trace_{.events = {{.time_ns = 0x0102030405060708, .connection = 9, .lane = 2, .state = TraceState::accepted},
                          {.time_ns = 0x0102030405060709,
                           .connection = 9,
                           .lane = 2,
                           .state = TraceState::waiting,
                           .detail = static_cast<std::uint8_t>(TraceOp::backend)}},
               .dropped = 5,
               .lanes = 3,
               .connections = 9};
};

TEST_F(TraceFileTest, gives_back_what_was_written) {
  write_trace(file_, trace_);
  const Trace found = read();
  ASSERT_EQ(found.events.size(), 2U);
  EXPECT_EQ(found.events[1].time_ns, trace_.events[1].time_ns);
  EXPECT_EQ(found.events[1].state, TraceState::waiting);
  EXPECT_EQ(found.dropped, 5U);
  EXPECT_EQ(found.lanes, 3U);
  EXPECT_EQ(found.connections, 9U);
}

// The documented bytes (docs/tracing.md), so that a change of the format cannot go unnoticed.
TEST_F(TraceFileTest, has_the_documented_layout) {
  write_trace(file_, trace_);
  const std::string content = bytes();
  EXPECT_EQ(content.size(), 40U + 2 * 16);
  EXPECT_EQ(content.substr(0, 16), std::string("ILTRACE\n\x01\0\0\0\x10\0\0\0", 16));
  EXPECT_EQ(content.substr(16, 24), std::string("\2\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\3\0\0\0\x09\0\0\0", 24));
  EXPECT_EQ(content.substr(56, 16), std::string("\x09\7\6\5\4\3\2\1\x09\0\0\0\2\0\4\3", 16));
}

TEST_F(TraceFileTest, refuses_what_is_no_whole_trace) {
  EXPECT_THAT([this] { (void)read(); }, ThrowsMessage<std::runtime_error>(HasSubstr("cannot be read")));
  write("{}");
  EXPECT_THAT([this] { (void)read(); }, ThrowsMessage<std::runtime_error>(HasSubstr("is not a trace")));
  write_trace(file_, trace_);
  const std::string good = bytes();
  write(good.substr(0, good.size() - 1));
  EXPECT_THAT([this] { (void)read(); }, ThrowsMessage<std::runtime_error>(HasSubstr("promises 2 events")));
  std::string other = good;
  other[8] = 2;
  write(other);
  EXPECT_THAT([this] { (void)read(); }, ThrowsMessage<std::runtime_error>(HasSubstr("of version 2")));
}

}  // namespace
}  // namespace interleave
