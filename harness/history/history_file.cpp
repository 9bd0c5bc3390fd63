#include "harness/history/history_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "core/base/atomic_file.hpp"
#include "core/base/error.hpp"
#include "core/base/unique_fd.hpp"

namespace interleave {
namespace {

namespace fs = std::filesystem;

// Held while a file of the folder is read and written again. The kernel unlocks it however the program ends.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& file) {
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    lock_.reset(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock_.valid()) {
      throw std::system_error(errno, std::generic_category(),
                              fmt::format("cannot write {}: its folder", file.string()));
    }
    while (::flock(lock_.get(), LOCK_EX) != 0) {
      if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "cannot lock " + folder.string());
    }
  }

 private:
  UniqueFd lock_;
};

// The lines of a file, without their ends; none if there is no file.
std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  if (!fs::exists(file)) return lines;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UsageError(file.string() + ": cannot be read");
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

HistoryEntry entry_at(const fs::path& file, const std::vector<std::string>& lines, std::size_t i) {
  return entry_from_line(lines[i], fmt::format("{}:{}", file.string(), i + 1));
}

std::string without_end(std::string line) {
  while (line.ends_with('\n')) line.pop_back();
  return line;
}

}  // namespace

std::vector<HistoryEntry> read_history(const fs::path& file) {
  if (!fs::exists(file)) {
    throw UsageError(file.string() + ": no such history (interleave history add RUN --file FILE begins one)");
  }
  const std::vector<std::string> lines = lines_of(file);
  std::vector<HistoryEntry> entries;
  for (std::size_t i = 0; i < lines.size(); ++i) entries.push_back(entry_at(file, lines, i));
  return entries;
}

void add_to_history(const fs::path& file, const HistoryEntry& entry, bool replace) {
  const FolderLock lock(file);
  std::vector<std::string> lines = lines_of(file);
  std::size_t place = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (same_place(entry_at(file, lines, i), entry)) place = i;
  }
  if (place == lines.size()) {
    lines.push_back(without_end(to_line(entry)));
  } else if (replace) {
    lines[place] = without_end(to_line(entry));
  } else {
    throw UsageError(
        fmt::format("{}:{}: commit {} is there already, from the same machine and plan '{}' (--replace puts this one "
                    "in its place)",
                    file.string(), place + 1, entry.commit, entry.conditions.plan));
  }
  write_atomically(file, joined(lines));
}

void append_line(const fs::path& file, std::string_view line) {
  const FolderLock lock(file);
  std::vector<std::string> lines = lines_of(file);
  lines.push_back(without_end(std::string(line)));
  write_atomically(file, joined(lines));
}

}  // namespace interleave
