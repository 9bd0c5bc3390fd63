#include "harness/process/same_program.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "core/base/version.hpp"
#include "harness/cli/temporary_folder.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

std::string record(std::string commit) {
  commit.resize(kCommitWidth, '\0');
  return std::string(kCommitBegin) + commit + std::string(kCommitEnd);
}

TEST(WithoutCommit, blanks_every_record_and_nothing_else) {
  const auto program = [](const std::string& commit) { return "code " + record(commit) + record(commit) + " data"; };
  EXPECT_EQ(without_commit(program("2c36321abcde")), program(""));
  EXPECT_EQ(without_commit(program("def0123-modified")), program(""));
}

TEST(WithoutCommit, knows_the_record_of_a_real_program) {
  const std::string own(commit_record.begin(), commit_record.end());
  ASSERT_FALSE(build_commit().empty());
  EXPECT_EQ(without_commit(own), record(""));
}

TEST(WithoutCommit, leaves_what_is_no_whole_record) {
  const std::string whole = record("abc");
  const std::string begin(kCommitBegin);
  for (const std::string& program :
       {std::string(), begin, begin + "x" + whole.substr(begin.size()), whole.substr(0, whole.size() - 1),
        whole.substr(0, begin.size() + kCommitWidth)}) {
    EXPECT_EQ(without_commit(program), program);
  }
  EXPECT_EQ(without_commit(begin + whole), begin + record(""));
}

class SameProgram : public testing::Test {
 protected:
  fs::path file(const std::string& name, const std::string& bytes) {
    fs::path path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  TemporaryFolder folder_;
};

TEST_F(SameProgram, is_one_of_two_commits) {
  EXPECT_TRUE(same_program(file("a", "code" + record("abc")), file("b", "code" + record("def"))));
}

TEST_F(SameProgram, is_not_one_that_differs_in_a_byte_or_its_length) {
  const fs::path program = file("a", "code" + record("abc") + '\0');
  EXPECT_FALSE(same_program(program, file("b", "coda" + record("abc") + '\0')));
  EXPECT_FALSE(same_program(program, file("c", "code" + record("abc") + '\1')));
  EXPECT_FALSE(same_program(program, file("d", "code" + record("abc"))));
}

TEST_F(SameProgram, is_not_a_file_itself_nor_one_that_is_missing) {
  const fs::path program = file("a", "code");
  fs::create_symlink(program, folder_.path() / "link");
  EXPECT_FALSE(same_program(program, folder_.path() / "link"));
  EXPECT_FALSE(same_program(program, folder_.path() / "none"));
}

}  // namespace
}  // namespace interleave
