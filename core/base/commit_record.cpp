// The one file that a new commit compiles again.
#include <algorithm>

#include "core/base/version.hpp"
#include "interleave_commit.hpp"

namespace interleave {
namespace {

constexpr std::string_view kCommit = INTERLEAVE_COMMIT;
static_assert(kCommit.size() <= kCommitWidth);

constexpr CommitRecord make_record() {
  CommitRecord record{};
  std::copy(kCommitBegin.begin(), kCommitBegin.end(), record.begin());
  std::copy(kCommit.begin(), kCommit.end(), record.begin() + kCommitBegin.size());
  std::copy(kCommitEnd.begin(), kCommitEnd.end(), record.end() - kCommitEnd.size());
  return record;
}

}  // namespace

constinit const CommitRecord commit_record = make_record();

}  // namespace interleave
