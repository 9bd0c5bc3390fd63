// What records say of files, without saying whose they are. Results are there to be shared, and the folder in which
// somebody keeps a checkout is no part of them: a path below the project's folder is written relative to it, so that
// a recorded command can be pasted there and runs; one below the home folder begins with "~".
//
// Pure; no file is looked at. Paths elsewhere stay as they are.
#pragma once
#include <filesystem>
#include <string>

#include "harness/record/run_record.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

struct PrivateFolders {
  std::filesystem::path root;  // the project's, absolute; empty: none
  std::filesystem::path home;  // the user's, absolute; empty: none
};

// Every path in a text, one line of a program's output or one argument of a command.
[[nodiscard]] std::string portable(std::string text, const PrivateFolders& folders);

// Every free text of a record: commands, details, warnings.
[[nodiscard]] TrialRecord portable(TrialRecord trial, const PrivateFolders& folders);
[[nodiscard]] RunRecord portable(RunRecord run, const PrivateFolders& folders);

}  // namespace interleave
