#include "harness/record/portable.hpp"

#include <cctype>
#include <string_view>
#include <utility>

namespace interleave {
namespace {

bool in_name(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || byte >= 0x80 || c == '_' || c == '-' || c == '.';
}

// Whether a name that ends at `end` goes on; the full stop of a sentence does not belong to it.
bool name_goes_on(std::string_view text, std::size_t end) {
  if (end == text.size()) return false;
  if (text[end] == '.') return end + 1 < text.size() && in_name(text[end + 1]);
  return in_name(text[end]);
}

// The path "/" is a folder of everybody.
bool says_something(std::string_view folder) noexcept {
  return folder.size() > 1 && folder.front() == '/';
}

// Where the folder stands in the text as a whole path or its beginning: not within a longer path or name.
std::size_t find_folder(std::string_view text, std::string_view folder, std::size_t from) {
  for (std::size_t at = text.find(folder, from); at != std::string_view::npos; at = text.find(folder, at + 1)) {
    const bool begins = at == 0 || (!in_name(text[at - 1]) && text[at - 1] != '/');
    if (begins && !name_goes_on(text, at + folder.size())) return at;
  }
  return std::string_view::npos;
}

// A folder becomes `alone` where it stands by itself; where a path goes on below it, it becomes `before`.
void replace_folder(std::string& text, std::string_view folder, std::string_view alone, std::string_view before) {
  if (!says_something(folder)) return;
  for (std::size_t at = find_folder(text, folder, 0); at != std::string::npos;) {
    const std::size_t end = at + folder.size();
    const bool goes_on = end + 1 < text.size() && text[end] == '/' && in_name(text[end + 1]);
    const std::string_view instead = goes_on ? before : alone;
    text.replace(at, folder.size() + (goes_on ? 1 : 0), instead);
    at = find_folder(text, folder, at + instead.size());
  }
}

void make_portable(std::vector<Warning>& warnings, const PrivateFolders& folders) {
  for (Warning& warning : warnings) {
    warning.text = portable(std::move(warning.text), folders);
    warning.hint = portable(std::move(warning.hint), folders);
  }
}

}  // namespace

std::string portable(std::string text, const PrivateFolders& folders) {
  replace_folder(text, folders.root.native(), ".", "");  // first: it may lie in the home folder
  replace_folder(text, folders.home.native(), "~", "~/");
  return text;
}

TrialRecord portable(TrialRecord trial, const PrivateFolders& folders) {
  for (auto& [role, process] : trial.processes) {
    for (std::string& word : process.command) word = portable(std::move(word), folders);
  }
  for (Finding& finding : trial.findings) finding.detail = portable(std::move(finding.detail), folders);
  make_portable(trial.warnings, folders);
  return trial;
}

RunRecord portable(RunRecord run, const PrivateFolders& folders) {
  for (SkippedModel& skipped : run.skipped) skipped.reason = portable(std::move(skipped.reason), folders);
  make_portable(run.warnings, folders);
  return run;
}

}  // namespace interleave
