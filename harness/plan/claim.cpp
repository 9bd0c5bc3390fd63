#include "harness/plan/claim.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/config.hpp"
#include "core/base/text.hpp"
#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

constexpr double kLargestValue = 1e12;
constexpr std::array<Relation, 3> kRelations{Relation::equals, Relation::at_least, Relation::at_most};
constexpr std::array<std::string_view, 3> kCounters{"max_in_flight", "threads_created", "threads_per_request"};

std::string read_counter(const ConfigNode& node) {
  if (std::find(kCounters.begin(), kCounters.end(), node.text()) == kCounters.end()) {
    node.fail(fmt::format("no counter '{}': there are {}", node.text(), fmt::join(kCounters, ", ")));
  }
  return node.text();
}

ClaimEvidence read_evidence(const ConfigNode& node) {
  node.allow_keys({"model", "counter", "equals", "at_least", "at_most", "min_connections", "why"});
  ClaimEvidence evidence;
  evidence.model = node.at("model").text();
  evidence.counter = read_counter(node.at("counter"));
  int given = 0;
  for (const Relation relation : kRelations) {
    if (const ConfigNode* value = node.find(to_string(relation))) {
      evidence.relation = relation;
      evidence.value = value->number(0, kLargestValue);
      ++given;
    }
  }
  if (given != 1) node.fail("want exactly one of equals, at_least, at_most");
  evidence.min_connections = static_cast<std::uint32_t>(node.at("min_connections").integer(1, kMostConnections));
  evidence.why = node.at("why").text();
  return evidence;
}

Claim read_claim(const ConfigNode& root, const std::filesystem::path& name) {
  root.allow_keys({"id", "statement", "kind", "about", "evidence", "verdict"});
  Claim claim;
  claim.id = root.at("id").text();
  if (claim.id != name.stem()) {
    root.at("id").fail(fmt::format("the id is '{}': the file must be called by it, {}.toml", claim.id, claim.id));
  }
  claim.statement = root.at("statement").text();
  claim.kind = root.at("kind").text();
  claim.about = root.at("about").text();
  for (const ConfigNode& item : root.at("evidence").items()) claim.evidence.push_back(read_evidence(item));
  if (claim.evidence.empty()) root.at("evidence").fail("'evidence' is empty: name at least one");
  const ConfigNode& verdict = root.at("verdict");
  verdict.allow_keys({"supported", "refuted"});
  claim.supported = verdict.at("supported").text();
  claim.refuted = verdict.at("refuted").text();
  return claim;
}

}  // namespace

std::string_view to_string(Relation relation) {
  constexpr std::array<std::string_view, 3> kNames{"equals", "at_least", "at_most"};
  return kNames.at(static_cast<std::size_t>(relation));
}

Claim load_claim(const std::filesystem::path& file) {
  return read_claim(load_config(file), file);
}

Claim parse_claim(std::string_view toml_text, const std::filesystem::path& name) {
  return read_claim(parse_config(toml_text, name), name);
}

std::string contradiction(const ClaimEvidence& evidence) {
  constexpr std::array<std::string_view, 3> kOpposites{"is not", "is below", "is above"};
  const std::string load =
      evidence.min_connections > 1 ? fmt::format(" with {} or more connections", evidence.min_connections) : "";
  return fmt::format("{}{}: {} {} {:g}", evidence.model, load, evidence.counter,
                     kOpposites.at(static_cast<std::size_t>(evidence.relation)), evidence.value);
}

}  // namespace interleave
