#include "core/base/read_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/base/atomic_file.hpp"

namespace interleave {
namespace {

TEST(ReadFile, gives_every_byte) {
  using namespace std::string_literals;
  const std::filesystem::path file = testing::TempDir() + "read_file_test." + std::to_string(::getpid());
  for (const std::string& bytes : {"a\0b\r\n\xff"s, ""s}) {
    write_atomically(file, bytes);
    EXPECT_EQ(read_file(file), bytes);
  }
  std::filesystem::remove(file);
  EXPECT_EQ(read_file(file), std::nullopt);
}

}  // namespace
}  // namespace interleave
