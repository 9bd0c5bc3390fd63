// A server of the build with options of its own under a name of its own, so that sizes or limits can be compared as
// models are: "pool_8=thread_pool --threads 8".
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

struct Variant {
  std::string name;
  std::string model;                 // of the build, or an external server
  std::vector<std::string> options;  // added to its command; at least one
};

// From "NAME=MODEL OPTION ...", words separated by blanks. Throws UsageError. Pure.
[[nodiscard]] Variant parse_variant(std::string_view text);
[[nodiscard]] std::vector<Variant> parse_variants(const std::vector<std::string>& texts);

}  // namespace interleave
