// Whether two builds hold the same program. The commit each was built from is left out (core/base/version.hpp): two
// commits that differ in documents alone give two files that differ in nothing else. Pure, but for reading the files.
#pragma once
#include <filesystem>
#include <string>

namespace interleave {

// The bytes of a program with the commit in each record blanked. What has no end at its place is no record and stays:
// a mistake can only make equal programs differ, which are then measured.
[[nodiscard]] std::string without_commit(std::string program);

// Two files with the same bytes, the commit aside. One file under two names is not two builds: compared with itself
// was asked for on purpose, to see what noise does. False too where one cannot be read.
[[nodiscard]] bool same_program(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace interleave
