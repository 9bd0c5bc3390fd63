#include "harness/cli/preflight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using testing::HasSubstr;

std::vector<TrialSpec> trials_with(const std::vector<std::uint32_t>& connections) {
  std::vector<TrialSpec> trials;
  for (const std::uint32_t count : connections) trials.emplace_back().load.connections = count;
  return trials;
}

TEST(Descriptors, must_suffice_for_the_largest_trial) {
  const auto trials = trials_with({1, 256, 64});
  EXPECT_NO_THROW(require_descriptors(trials, 288));
  EXPECT_THROW(require_descriptors(trials, 287), UsageError);
  EXPECT_NO_THROW(require_descriptors({}, 64));
}

TEST(Descriptors, for_backend_calls_are_warned_of) {
  const auto trials = trials_with({256});
  EXPECT_FALSE(descriptor_warning(trials, 544));
  const auto warning = descriptor_warning(trials, 543);
  ASSERT_TRUE(warning);
  EXPECT_THAT(warning->text, HasSubstr("256 clients"));
  EXPECT_FALSE(warning->hint.empty());
}

TEST(Builds, that_are_not_release_are_warned_of_where_they_are_used) {
  std::vector<ServerProgram> servers(3);
  servers[0].model.name = "fast";
  servers[0].model.build_type = "Release";
  servers[1].model.name = "slow";
  servers[1].model.build_type = "Debug";
  servers[2].model.name = "unused";
  servers[2].model.build_type = "Debug";
  const std::vector<std::string> models{"fast", "slow"};
  std::size_t about_servers = 0;
  for (const Warning& warning : build_warnings(servers, models)) {
    if (warning.text.find("interleave-server-") == std::string::npos) continue;
    ++about_servers;
    EXPECT_THAT(warning.text, HasSubstr("interleave-server-slow"));
  }
  EXPECT_EQ(about_servers, 1U);
}

}  // namespace
}  // namespace interleave
