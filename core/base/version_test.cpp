#include "core/base/version.hpp"

#include <gmock/gmock.h>

#include "interleave_commit.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

using testing::EndsWith;
using testing::StartsWith;

TEST(Version, names_commit_and_build_type) {
  EXPECT_EQ(build_commit(), INTERLEAVE_COMMIT);
  EXPECT_EQ(version_text(), std::string(kVersion) + " (" INTERLEAVE_COMMIT ", " + kBuildType + ")");
}

TEST(Version, the_record_holds_the_commit_between_its_marks) {
  const std::string record(commit_record.begin(), commit_record.end());
  EXPECT_THAT(record, StartsWith(std::string(kCommitBegin) + INTERLEAVE_COMMIT));
  EXPECT_THAT(record, EndsWith(std::string(kCommitEnd)));
}

}  // namespace
}  // namespace interleave
