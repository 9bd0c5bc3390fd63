#include "harness/process/program.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(ReadyLine, gives_the_port) {
  EXPECT_EQ(parse_ready_line(R"({"ready":true,"port":4711})"), 4711);
  EXPECT_EQ(parse_ready_line(R"({"port":1,"ready":true,"more":"ignored"})"), 1);
}

TEST(ReadyLine, refuses_anything_else) {
  for (const char* line :
       {"", "listening on 4711", "[]", "4711", R"({"ready":false,"port":1})", R"({"ready":true})",
        R"({"ready":1,"port":1})", R"({"ready":true,"port":0})", R"({"ready":true,"port":65536})",
        R"({"ready":true,"port":-1})", R"({"ready":true,"port":"4711"})", R"({"ready":true,"port":47)"}) {
    EXPECT_FALSE(parse_ready_line(line)) << line;
  }
}

TEST(ExitStatus, is_said_in_words) {
  EXPECT_EQ(to_string(ExitStatus{0, 0}), "exit 0");
  EXPECT_EQ(to_string(ExitStatus{2, 0}), "exit 2");
  EXPECT_EQ(to_string(ExitStatus{0, SIGSEGV}), "killed by SIGSEGV");
  EXPECT_FALSE((ExitStatus{0, SIGKILL}).success());
}

}  // namespace
}  // namespace interleave
