// What a program says of itself: version, commit, build type. The commit stands in each program once, as a record of
// fixed length between two marks; no other byte depends on it. So the same sources at two commits give programs that
// differ in the record alone, and a comparison can leave it out (harness/process/same_program.hpp). Thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace interleave {

inline constexpr std::string_view kCommitBegin = "{interleave commit ";
inline constexpr std::string_view kCommitEnd = " interleave commit}";
inline constexpr std::size_t kCommitWidth = 56;  // a whole hash and "-modified", padded with zero bytes

using CommitRecord = std::array<char, kCommitBegin.size() + kCommitWidth + kCommitEnd.size()>;

// In a file of its own (commit_record.cpp): what a compiler sees, it folds into the code around.
extern const CommitRecord commit_record;

// "2c36321abcde", "2c36321abcde-modified"; "unknown" where it was built outside of git.
[[nodiscard]] std::string_view build_commit() noexcept;

// "0.1.0 (2c36321abcde, Release)", behind a program's name for --version.
[[nodiscard]] std::string version_text();

}  // namespace interleave
