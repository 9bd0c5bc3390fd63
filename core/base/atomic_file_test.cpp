#include "core/base/atomic_file.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/unique_fd.hpp"

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

TEST_F(AtomicFile, a_symlink_stays_and_its_file_is_replaced) {
  std::filesystem::create_directory(folder_ / "there");
  const auto file = folder_ / "there" / "a.json";
  const auto link = folder_ / "link.json";
  const auto second = folder_ / "second.json";
  std::filesystem::create_symlink("there/a.json", link);
  std::filesystem::create_symlink("link.json", second);
  for (const char* content : {"made through the link", "replaced"}) {  // at first there is no file yet
    write_atomically(second, content);
    EXPECT_EQ(read(file), content);
  }
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_TRUE(std::filesystem::is_symlink(second));
  EXPECT_EQ(files(), 3U);
}

TEST_F(AtomicFile, a_fifo_is_written_to_and_stays) {
  const auto fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  auto reader = std::async(std::launch::async, [&] { return read(fifo); });
  write_atomically(fifo, "content");
  EXPECT_EQ(reader.get(), "content");
  EXPECT_TRUE(std::filesystem::is_fifo(fifo));
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFile, a_fifo_whose_reader_leaves_is_an_error) {
  const auto fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  auto reader = std::async(std::launch::async, [&] { return UniqueFd(::open(fifo.c_str(), O_RDONLY)).valid(); });
  EXPECT_THROW(write_atomically(fifo, std::string(4'000'000, 'x')), std::system_error);  // more than a pipe holds
  std::signal(SIGPIPE, old_handler);
  EXPECT_TRUE(reader.get());
}

TEST_F(AtomicFile, a_device_is_written_to_and_stays) {
  const auto device = folder_ / "full";
  if (::mknod(device.c_str(), S_IFCHR | 0666, ::makedev(1, 7)) != 0) GTEST_SKIP() << "only root may make a device";
  const UniqueFd usable(::open(device.c_str(), O_WRONLY));
  if (!usable.valid()) GTEST_SKIP() << "devices do not work in " << folder_;
  try {
    write_atomically(device, "content");
    FAIL() << "wrote to a full device";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOSPC) << error.what();
  }
  EXPECT_TRUE(std::filesystem::is_character_file(device));
  EXPECT_EQ(files(), 1U);
}

TEST_F(AtomicFile, a_folder_is_no_file) {
  EXPECT_THROW(write_atomically(folder_, "content"), std::system_error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

// As with `program --json /dev/stdout >out`: what the program prints before and after must not be written over.
TEST_F(AtomicFile, ones_own_stdout_is_gone_on_with) {
  const auto file = folder_ / "out";
  std::fflush(stdout);
  const UniqueFd before(::dup(STDOUT_FILENO));
  const UniqueFd out(::open(file.c_str(), O_WRONLY | O_CREAT, 0600));
  ASSERT_GE(::dup2(out.get(), STDOUT_FILENO), 0);
  std::printf("first ");
  write_atomically("/proc/self/fd/1", "second ");
  std::printf("third");
  std::fflush(stdout);
  ASSERT_GE(::dup2(before.get(), STDOUT_FILENO), 0);
  EXPECT_EQ(read(file), "first second third");
}

TEST_F(AtomicFile, says_before_the_work_whether_a_place_can_be_written) {
  const auto fifo = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_TRUE(can_write_file(folder_ / "new.json"));
  EXPECT_TRUE(can_write_file(fifo));
  EXPECT_TRUE(can_write_file("/dev/null"));
  EXPECT_FALSE(can_write_file(folder_));
  EXPECT_FALSE(can_write_file(folder_ / "missing" / "new.json"));
}

}  // namespace
}  // namespace interleave
