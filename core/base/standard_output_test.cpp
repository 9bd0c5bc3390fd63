#include "core/base/standard_output.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/program.hpp"

namespace interleave {
namespace {

// Each case is a program of its own: a stream that has failed stays so. Its stdout is `descriptor`.
[[noreturn]] void program_with_stdout(int descriptor, const std::string& text) {
  std::signal(SIGPIPE, SIG_IGN);
  if (descriptor >= 0) {
    ::dup2(descriptor, STDOUT_FILENO);
  } else {
    ::close(STDOUT_FILENO);
  }
  std::_Exit(run_program([&] {
    std::cout << text;
    return ExitCode::ok;
  }));
}

void expect_end(int descriptor, const std::string& text, int code, const std::string& message) {
  EXPECT_EXIT(program_with_stdout(descriptor, text), testing::ExitedWithCode(code), message);
}

// Less and more than a stream holds back: the second write fails before the end.
std::array<std::string, 2> texts() {
  return {"one line\n", std::string(1'000'000, 'x')};
}

TEST(StandardOutput, a_full_disk_is_a_failure_of_one_line) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  for (const std::string& text : texts()) {
    expect_end(full, text, 1, "^error: cannot write to stdout: No space left on device \\(make room[^\n]*\n$");
  }
  expect_end(full, "", 0, "^$");  // nothing was lost
  ::close(full);
}

TEST(StandardOutput, a_closed_one_is_a_failure_of_one_line) {
  for (const std::string& text : texts()) {
    expect_end(-1, text, 1, "^error: cannot write to stdout: Bad file descriptor \\(it is closed[^\n]*\n$");
  }
  expect_end(-1, "", 0, "^$");
}

TEST(StandardOutput, a_reader_that_leaves_is_none) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  ::close(ends[0]);
  for (const std::string& text : texts()) expect_end(ends[1], text, 0, "^$");
  ::close(ends[1]);
}

TEST(StandardOutput, the_number_of_a_closed_one_is_not_taken_by_what_is_opened_next) {
  EXPECT_EXIT(
      {
        ::close(STDOUT_FILENO);
        occupy_standard_descriptors();
        std::_Exit(::open("/dev/null", O_WRONLY | O_CLOEXEC) > STDERR_FILENO ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace interleave
