#include "harness/cli/injection.hpp"

#include <gmock/gmock.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Injection, is_read_as_people_write_it) {
  EXPECT_EQ(parse_injection("cpu=10%").kind, Injection::Kind::cpu);
  EXPECT_DOUBLE_EQ(parse_injection("cpu=10%").effect, 0.1);
  EXPECT_EQ(parse_injection("delay=2.5%").kind, Injection::Kind::delay);
  EXPECT_DOUBLE_EQ(parse_injection("delay=2.5%").effect, 0.025);
  for (const char* wrong : {"", "cpu", "cpu=10", "cpu=%", "cpu=-1%", "memory=10%", "cpu=1x%", "=10%"}) {
    EXPECT_THROW((void)parse_injection(wrong), UsageError) << wrong;
  }
}

TEST(Injection, adds_its_part_of_the_cpu_time_or_of_the_call) {
  EXPECT_THAT(base_workload(), HasSubstr("constant = \"10ms\""));
  EXPECT_THAT(base_workload(), Not(HasSubstr("cpu")));
  const std::string cpu = injected_workload({Injection::Kind::cpu, 0.1}, 25);
  EXPECT_THAT(cpu, HasSubstr("cpu = \"2.5us\""));
  EXPECT_THAT(cpu, HasSubstr("constant = \"10ms\""));
  EXPECT_THAT(injected_workload({Injection::Kind::delay, 0.2}, 25), HasSubstr("constant = \"12ms\""));
}

}  // namespace
}  // namespace interleave
