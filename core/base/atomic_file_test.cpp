#include "core/base/atomic_file.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace interleave {
namespace {

class AtomicFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "atomic_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  std::filesystem::path folder_;
};

TEST_F(AtomicFile, replaces_content_and_leaves_nothing_else) {
  const auto file = folder_ / "a.json";
  write_atomically(file, "old");
  write_atomically(file, "new");
  EXPECT_EQ(read(file), "new");
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFile, names_the_file_it_cannot_write) {
  try {
    write_atomically(folder_ / "missing" / "a.json", "x");
    FAIL() << "wrote into a folder that does not exist";
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("missing/a.json"), std::string::npos) << error.what();
    EXPECT_EQ(error.code().value(), ENOENT);
  }
}

// A file size limit stands in for a full disk: write(2) stops short in the same way.
TEST_F(AtomicFile, a_full_disk_keeps_the_old_file_and_no_half_one) {
  const auto file = folder_ / "a.json";
  write_atomically(file, "old");
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_atomically(file, std::string(100'000, 'x')), std::system_error);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(read(file), "old");
  EXPECT_EQ(files(), 1U);
}

}  // namespace
}  // namespace interleave
