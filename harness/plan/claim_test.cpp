#include "harness/plan/claim.hpp"

#include <string>

#include <gmock/gmock.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string claim_text(const std::string& evidence) {
  return "id = \"A1\"\nstatement = \"one after another\"\nkind = \"structural\"\nabout = \"why\"\n"
         "[[evidence]]\nmodel = \"single_threaded\"\n" +
         evidence +
         "min_connections = 2\nwhy = \"one at a time\"\n[verdict]\nsupported = \"yes\"\nrefuted = \"no\"\n";
}

auto parsing(const std::string& text, const std::string& name = "A1.toml") {
  return [text, name] { static_cast<void>(parse_claim(text, name)); };
}

TEST(Claim, says_what_must_hold_and_what_would_contradict) {
  const Claim claim = parse_claim(claim_text("counter = \"max_in_flight\"\nequals = 1\n"), "claims/A1.toml");
  EXPECT_EQ(claim.statement, "one after another");
  EXPECT_EQ(claim.refuted, "no");
  ASSERT_EQ(claim.evidence.size(), 1U);
  EXPECT_EQ(contradiction(claim.evidence[0]), "single_threaded with 2 or more connections: max_in_flight is not 1");
}

TEST(Claim, contradictions_are_the_opposite_of_each_relation) {
  ClaimEvidence evidence;
  evidence.model = "loop";
  evidence.counter = "max_in_flight";
  evidence.relation = Relation::at_least;
  evidence.value = 2;
  EXPECT_EQ(contradiction(evidence), "loop: max_in_flight is below 2");
  evidence.relation = Relation::at_most;
  evidence.value = 0.5;
  EXPECT_EQ(contradiction(evidence), "loop: max_in_flight is above 0.5");
}

TEST(Claim, refuses_what_the_page_could_not_judge) {
  EXPECT_THAT(parsing(claim_text("counter = \"max_in_flite\"\nequals = 1\n")),
              ThrowsMessage<UsageError>(HasSubstr("no counter 'max_in_flite': there are max_in_flight, ")));
  EXPECT_THAT(parsing(claim_text("counter = \"max_in_flight\"\n")),
              ThrowsMessage<UsageError>(HasSubstr("exactly one of equals, at_least, at_most")));
  EXPECT_THAT(parsing(claim_text("counter = \"max_in_flight\"\nequals = 1\nat_most = 2\n")),
              ThrowsMessage<UsageError>(HasSubstr("exactly one of equals, at_least, at_most")));
  EXPECT_THAT(parsing(claim_text("counter = \"max_in_flight\"\nequals = 1\n"), "B7.toml"),
              ThrowsMessage<UsageError>(HasSubstr("the file must be called by it, A1.toml")));
}

}  // namespace
}  // namespace interleave
