#include "harness/driver/driver.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::Not;

class DriverTest : public testing::Test {
 protected:
  DriverTest() {
    workload_.name = "w";
    workload_.services = {{.name = "db", .latency = ConstantLatency{milliseconds(10)}}};
    workload_.routes.emplace_back();
    workload_.routes[0].target = "/w";
    workload_.routes[0].steps.emplace_back(CallStep{0});
    spec_.seed = 12345;
    spec_.load.connections = 64;
  }

  [[nodiscard]] DriverCommand command(const char* driver, milliseconds duration = milliseconds(2500)) const {
    const DriverJob job{.spec = spec_,
                        .workload = workload_,
                        .server = {.address = "127.0.0.1", .port = 8080},
                        .workload_file = "w.toml",
                        .warmup = milliseconds(500),
                        .duration = duration,
                        .own_core = own_core_,
                        .report = "/tmp/report.json"};
    return make_driver(driver, {.wrk_script = "report.lua", .interleave_load = "/bin/interleave-load"})->command(job);
  }

  // The word after `name`, empty if there is none.
  static std::string value_of(const DriverCommand& command, const std::string& name) {
    const auto at = std::find(command.arguments.begin(), command.arguments.end(), name);
    return at == command.arguments.end() || at + 1 == command.arguments.end() ? "" : *(at + 1);
  }

  Workload workload_;
  TrialSpec spec_;
  bool own_core_ = false;
};

TEST_F(DriverTest, there_is_one_of_every_name) {
  for (const std::string_view name : driver_names()) EXPECT_NE(make_driver(name, {}), nullptr) << name;
}

TEST_F(DriverTest, wrk_is_ended_in_mid_second_and_warmed_up_by_the_trial) {
  const DriverCommand wrk = command("wrk");
  EXPECT_EQ(value_of(wrk, "-c"), "64");
  EXPECT_EQ(wrk.interrupt_after, milliseconds(2500));
  EXPECT_EQ(wrk.busy_for, milliseconds(2500));
  EXPECT_FALSE(make_driver("wrk", {})->warms_up());
}

TEST_F(DriverTest, interleave_load_closes_the_loop_unless_there_is_a_rate) {
  const DriverCommand closed = command("interleave");
  EXPECT_THAT(closed.arguments, Contains("--closed"));
  EXPECT_THAT(closed.arguments, Not(Contains("--rate")));
  spec_.load.rate = OfferedRate{.rps = 1234.5, .percent = 50};
  const DriverCommand open = command("interleave");
  EXPECT_THAT(open.arguments, Not(Contains("--closed")));
  EXPECT_EQ(value_of(open, "--rate"), "1234.500");
}

TEST_F(DriverTest, interleave_load_numbers_its_requests_and_warms_up_by_itself) {
  const DriverCommand load = command("interleave");
  EXPECT_EQ(load.arguments[0], "/bin/interleave-load");
  EXPECT_EQ(load.arguments[1], "http://127.0.0.1:8080");
  EXPECT_EQ(value_of(load, "--connections"), "64");
  EXPECT_EQ(value_of(load, "--warmup"), "500000us");
  EXPECT_EQ(value_of(load, "--duration"), "2500000us");
  EXPECT_EQ(value_of(load, "--seed"), "12345");
  EXPECT_EQ(value_of(load, "--workload"), "w.toml");
  EXPECT_EQ(value_of(load, "--ids"), "query");
  EXPECT_EQ(value_of(load, "--json"), "/tmp/report.json");
  EXPECT_THAT(load.arguments, Contains("--no-probe")) << "a request nobody would account for";
  EXPECT_GT(load.busy_for, milliseconds(3000));
  EXPECT_FALSE(load.interrupt_after.has_value());
  EXPECT_TRUE(make_driver("interleave", {})->warms_up());
}

TEST_F(DriverTest, interleave_load_keeps_the_seconds_of_a_window_of_minutes_but_not_of_hours) {
  EXPECT_THAT(command("interleave").arguments, Contains("--json-timeline"));
  EXPECT_THAT(command("interleave", std::chrono::hours(2)).arguments, Not(Contains("--json-timeline")));
}

TEST_F(DriverTest, interleave_load_spins_only_on_a_core_of_its_own) {
  EXPECT_EQ(value_of(command("interleave"), "--wait"), "block");
  own_core_ = true;
  EXPECT_EQ(value_of(command("interleave"), "--wait"), "hybrid");
}

TEST_F(DriverTest, interleave_load_is_patient_with_requests_one_after_another) {
  EXPECT_EQ(value_of(command("interleave"), "--deadline"), "5000000us");
  spec_.load.connections = 256;
  EXPECT_EQ(value_of(command("interleave"), "--deadline"), "10240000us") << "4 x 256 x 10 ms";
  spec_.load.connections = 100'000;
  EXPECT_EQ(value_of(command("interleave"), "--deadline"), "60000000us");
  spec_.load.rate = parse_rate("1000");
  EXPECT_EQ(value_of(command("interleave"), "--deadline"), "5000000us") << "an open loop does not wait for its turn";
}

}  // namespace
}  // namespace interleave
