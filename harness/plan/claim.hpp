// A claim of the article, as its file (harness/plans/claims/ID.toml) states it: what must hold of a server's own
// counters, and what it means if it does not. The page judges a run by the same files
// (scripts/report/claim_files.py). Plain values.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

enum class Relation : std::uint8_t { equals, at_least, at_most };

// "equals", "at_least", "at_most": as in the file.
[[nodiscard]] std::string_view to_string(Relation relation);

// What must hold in every usable launch of a model with at least so many connections.
struct ClaimEvidence {
  std::string model;
  std::string counter;  // max_in_flight, threads_created, threads_per_request
  Relation relation = Relation::equals;
  double value = 0;
  std::uint32_t min_connections = 1;
  std::string why;
};

struct Claim {
  std::string id;  // also the file's name
  std::string statement;
  std::string kind;
  std::string about;
  std::vector<ClaimEvidence> evidence;
  std::string supported;  // what the page says of each verdict
  std::string refuted;
};

// Throws UsageError "FILE:LINE:COLUMN: what is wrong".
[[nodiscard]] Claim load_claim(const std::filesystem::path& file);
// `name` stands for the file in messages, and its stem must be the id.
[[nodiscard]] Claim parse_claim(std::string_view toml_text, const std::filesystem::path& name);

// What one launch would have to show: "single_threaded with 2 or more connections: max_in_flight is not 1".
[[nodiscard]] std::string contradiction(const ClaimEvidence& evidence);

}  // namespace interleave
