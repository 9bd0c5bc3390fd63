#include "core/base/program.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace interleave {
namespace {

std::string stderr_of(const std::function<ExitCode()>& body, int expected) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run_program(body), expected);
  return ::testing::internal::GetCapturedStderr();
}

TEST(RunProgram, returns_what_the_body_returns) {
  EXPECT_EQ(stderr_of([] { return ExitCode::ok; }, 0), "");
  EXPECT_EQ(stderr_of([] { return ExitCode::invalid_measurement; }, 4), "");
}

TEST(RunProgram, each_kind_of_error_has_its_exit_code_and_one_line) {
  EXPECT_EQ(stderr_of([]() -> ExitCode { throw UsageError("a"); }, 2), "error: a\n");
  EXPECT_EQ(stderr_of([]() -> ExitCode { throw NotSupported("b"); }, 77), "error: b\n");
  EXPECT_EQ(stderr_of([]() -> ExitCode { throw std::runtime_error("c"); }, 1), "error: c\n");
}

TEST(RaiseDescriptorLimit, the_soft_limit_becomes_the_hard_one) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit lower = before;
  lower.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  raise_descriptor_limit();
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(RequireDescriptors, says_what_to_do_when_there_are_too_few) {
  require_descriptors(16);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit lower = before;
  lower.rlim_cur = 16;  // some are taken already
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  const std::string line = stderr_of(
      [] {
        require_descriptors(16);
        return ExitCode::ok;
      },
      1);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(line,
            "error: too few descriptors: this program needs 16 and one for each connection; raise the limit "
            "(ulimit -n 1024)\n");
}

}  // namespace
}  // namespace interleave
