#include "core/base/version.hpp"

#include <algorithm>

#include "interleave_version.hpp"

namespace interleave {

std::string_view build_commit() noexcept {
  const char* const begin = commit_record.data() + kCommitBegin.size();
  return {begin, std::find(begin, begin + kCommitWidth, '\0')};
}

std::string version_text() {
  return std::string(kVersion) + " (" + std::string(build_commit()) + ", " + kBuildType + ")";
}

}  // namespace interleave
