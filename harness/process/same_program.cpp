#include "harness/process/same_program.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "core/base/read_file.hpp"
#include "core/base/version.hpp"

namespace interleave {

std::string without_commit(std::string program) {
  for (std::size_t at = program.find(kCommitBegin); at != std::string::npos;
       at = program.find(kCommitBegin, at + 1)) {
    const std::size_t commit = at + kCommitBegin.size();
    const std::size_t end = commit + kCommitWidth;
    if (end > program.size() || program.compare(end, kCommitEnd.size(), kCommitEnd) != 0) continue;
    program.replace(commit, kCommitWidth, kCommitWidth, '\0');
  }
  return program;
}

bool same_program(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error) || error) return false;
  std::optional<std::string> bytes_a = read_file(a);
  std::optional<std::string> bytes_b = read_file(b);
  return bytes_a && bytes_b && without_commit(std::move(*bytes_a)) == without_commit(std::move(*bytes_b));
}

}  // namespace interleave
