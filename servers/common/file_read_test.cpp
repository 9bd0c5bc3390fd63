#include "servers/common/file_read.hpp"

#include <array>

#include <gtest/gtest.h>

#include "core/service/scratch_file.hpp"

namespace interleave {
namespace {

TEST(ReadFile, fills_the_buffer_or_stops_at_the_end) {
  const ScratchFile file(100);
  std::array<std::byte, 100> whole{};
  const IoResult all = read_file({.path = &file.path(), .buffer = whole});
  EXPECT_FALSE(all.error);
  EXPECT_EQ(all.bytes, 100U);
  EXPECT_EQ(whole.back(), std::byte{'i'});

  std::array<std::byte, 60> part{};
  EXPECT_EQ(read_file({.path = &file.path(), .buffer = part}).bytes, 60U);
  std::array<std::byte, 200> more{};
  EXPECT_EQ(read_file({.path = &file.path(), .buffer = more}).bytes, 100U);
}

TEST(ReadFile, says_why_it_could_not) {
  const std::filesystem::path missing = "/nonexistent/file";
  std::array<std::byte, 1> buffer{};
  EXPECT_EQ(read_file({.path = &missing, .buffer = buffer}).error, std::errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace interleave
