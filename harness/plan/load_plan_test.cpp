#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kPlans = INTERLEAVE_SOURCE_DIR "/harness/plans/";

Plan parse(std::string_view text) {
  return parse_plan(text, "p.toml");
}

constexpr std::string_view kSmallest = "name = 'p'\ndescription = 'd'\nworkloads = ['one_call']\n";

TEST(ParsePlan, gives_workloads_their_own_connections_by_cells) {
  const Plan plan = parse_plan(R"(
name = "p"
description = "d"
[[cells]]
workloads = ["a"]
connections = [1, 64]
[[cells]]
workloads = ["b", "a"]
connections = [64]
)",
                               "p.toml");
  EXPECT_EQ(plan.workloads, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(plan.connections.empty());
  ASSERT_EQ(plan.cells.size(), 2U);
  EXPECT_EQ(plan.cells[1].workloads, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(plan.cells[0].connections, (std::vector<std::uint32_t>{1, 64}));
}

TEST(ParsePlan, reads_open_loops_and_stalls) {
  const Plan plan = parse_plan(R"(
name = "p"
description = "d"
driver = "interleave"
stall = { every = "10s", length = "1s" }
[[cells]]
workloads = ["a"]
connections = [64]
driver = "wrk"
[[cells]]
workloads = ["a"]
connections = [64]
rates = [1000, "50%"]
)",
                               "p.toml");
  EXPECT_EQ(plan.driver, "interleave");
  EXPECT_EQ(plan.cells[0].driver, "wrk");
  EXPECT_TRUE(plan.cells[0].rates.empty());
  EXPECT_THAT(plan.cells[1].rates, ElementsAre(*parse_rate("1000"), *parse_rate("50%")));
  EXPECT_EQ(plan.stall, (StallPlan{.every = std::chrono::seconds(10), .length = std::chrono::seconds(1)}));
  EXPECT_NO_THROW((void)apply_overrides(plan, {}));
}

TEST(ParsePlan, reads_a_capacity_search) {
  const Plan plan =
      parse(std::string(kSmallest) + "driver = 'interleave'\nsearch = { objective = 'p99<50ms', steps = 6 }");
  ASSERT_TRUE(plan.search.has_value());
  EXPECT_EQ(to_string(plan.search->objective), "p99<50ms");
  EXPECT_EQ(plan.search->steps, 6U);
  EXPECT_NO_THROW(require_possible(plan));
  Plan wrong = plan;
  wrong.driver = "wrk";
  EXPECT_THROW(require_possible(wrong), UsageError);
  wrong = plan;
  wrong.rates = {*parse_rate("5")};
  EXPECT_THROW(require_possible(wrong), UsageError);
  wrong = plan;
  wrong.calibration.repetitions = 0;
  EXPECT_THROW(require_possible(wrong), UsageError);
}

TEST(ParsePlan, refuses_workloads_beside_cells) {
  EXPECT_THROW((void)parse_plan("name = 'p'\ndescription = 'd'\nworkloads = ['a']\n[[cells]]\nworkloads = ['a']\n"
                                "connections = [1]\n",
                                "p.toml"),
               UsageError);
}

TEST(LoadPlan, reads_every_key) {
  const Plan plan = parse(R"(
name = "p"
description = "text"
driver = "wrk"
workloads = ["one_call", "hello"]
models = ["libuv_loop"]
connections = [1, 16]
repetitions = 4
warmup = "250ms"
duration = "1.5s"
seed = 42
weave = true
[calibration]
repetitions = 2
cpu_connections = 32
)");
  EXPECT_EQ(plan.name, "p");
  EXPECT_EQ(plan.description, "text");
  EXPECT_THAT(plan.workloads, ElementsAre("one_call", "hello"));
  EXPECT_THAT(plan.models, ElementsAre("libuv_loop"));
  EXPECT_THAT(plan.connections, ElementsAre(1, 16));
  EXPECT_EQ(plan.repetitions, 4U);
  EXPECT_EQ(plan.warmup, milliseconds(250));
  EXPECT_EQ(plan.duration, milliseconds(1500));
  EXPECT_EQ(plan.seed, 42U);
  EXPECT_EQ(plan.calibration.repetitions, 2U);
  EXPECT_EQ(plan.calibration.cpu_connections, 32U);
  EXPECT_TRUE(plan.weave);
}

TEST(LoadPlan, leaves_models_and_connections_open_unless_told) {
  const Plan plan = parse(kSmallest);
  EXPECT_TRUE(plan.models.empty());
  EXPECT_TRUE(plan.connections.empty());
  EXPECT_EQ(plan.repetitions, 6U);
}

TEST(LoadPlan, names_the_place_of_every_mistake) {
  struct Case {
    std::string line;  // the fourth of the file
    const char* message;
  };
  const Case cases[] = {
      {"repetitons = 3", "p.toml:4:1: unknown key 'repetitons' (did you mean 'repetitions'?)"},
      {"repetitions = 0", "p.toml:4:15:"},
      {"repetitions = '6'", "p.toml:4:15:"},
      {"duration = 2", "p.toml:4:12:"},
      {"duration = '2'", "p.toml:4:12:"},
      {"duration = '50ms'", "p.toml:4:12:"},
      {"driver = 'ab'", "p.toml:4:10: unknown driver 'ab': use 'wrk' or 'interleave'"},
      {"rates = []", "p.toml:4:9: 'rates' is empty"},
      {"rates = [0]", "p.toml:4:10:"},
      {"rates = [1.5]", "p.toml:4:10:"},
      {"rates = ['50']", "p.toml:4:10: '50' is no share of the predicted capacity"},
      {"rates = ['0%']", "p.toml:4:10: '0%' is no share of the predicted capacity"},
      {"rates = [1000, 1000]", "p.toml:4:16: duplicate rate"},
      {"search = { objective = 'p99' }", "p.toml:4:24: 'p99' is no objective"},
      {"search = { objective = 'p99<5ms', steps = 0 }", "p.toml:4:"},
      {"stall = { every = '1s' }", "p.toml:4:9: missing key 'length' in 'stall'"},
      {"stall = { every = '1s', length = '1s' }", "p.toml:4:34: 'length' must be shorter"},
      {"connections = [1, 1]", "p.toml:4:19: duplicate"},
      {"connections = [0]", "p.toml:4:16:"},
      {"models = ['a', 'a']", "p.toml:4:16: 'a' is named twice"},
      {"seed = -1", "p.toml:4:8:"},
      {"seed = 9007199254740992", "p.toml:4:8:"},
      {"[calibration]\nrepetition = 1", "p.toml:5:1: unknown key 'repetition' (did you mean 'repetitions'?)"},
      {"[calibration]\ncpu_connections = 0", "p.toml:5:19:"},
      {"x = ", "p.toml:4:"},
  };
  for (const Case& c : cases) {
    try {
      (void)parse(std::string(kSmallest) + c.line);
      ADD_FAILURE() << "accepted: " << c.line;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr(c.message)) << c.line;
    }
  }
}

TEST(LoadPlan, wants_the_name_of_the_file_and_a_workload) {
  EXPECT_THROW((void)parse("name = 'q'\ndescription = 'd'\nworkloads = ['one_call']"), UsageError);
  EXPECT_THROW((void)parse("name = 'p'\ndescription = 'd'\nworkloads = []"), UsageError);
  EXPECT_THROW((void)parse("name = 'p'\ndescription = 'd'"), UsageError);
}

TEST(ApplyOverrides, replaces_what_is_given_and_nothing_else) {
  const Plan base = parse(kSmallest);
  const Plan same = apply_overrides(base, {});
  EXPECT_EQ(same.repetitions, base.repetitions);
  EXPECT_EQ(same.duration, base.duration);
  PlanOverrides overrides;
  overrides.models = {"libuv_loop"};
  overrides.connections = {8};
  overrides.repetitions = 2;
  overrides.seed = 7;
  overrides.duration = milliseconds(500);
  const Plan plan = apply_overrides(base, overrides);
  EXPECT_THAT(plan.models, ElementsAre("libuv_loop"));
  EXPECT_THAT(plan.connections, ElementsAre(8));
  EXPECT_EQ(plan.repetitions, 2U);
  EXPECT_EQ(plan.seed, 7U);
  EXPECT_EQ(plan.duration, milliseconds(500));
  EXPECT_EQ(plan.warmup, base.warmup);
  EXPECT_EQ(plan.workloads, base.workloads);
}

TEST(ApplyOverrides, refuses_what_would_be_no_plan) {
  const auto refused = [](auto set) {
    PlanOverrides overrides;
    set(overrides);
    EXPECT_THROW((void)apply_overrides(Plan{}, overrides), UsageError);
  };
  refused([](PlanOverrides& o) { o.repetitions = 0; });
  refused([](PlanOverrides& o) { o.connections = {0}; });
  refused([](PlanOverrides& o) { o.connections = {4, 4}; });
  refused([](PlanOverrides& o) { o.connections = {100'001}; });
  refused([](PlanOverrides& o) { o.models = {"a", "b", "a"}; });
  refused([](PlanOverrides& o) { o.workloads = {"a", "a"}; });
  refused([](PlanOverrides& o) { o.seed = std::uint64_t{1} << 53U; });
  refused([](PlanOverrides& o) { o.duration = milliseconds(0); });
  refused([](PlanOverrides& o) { o.driver = "ab"; });
  refused([](PlanOverrides& o) { o.rates = {*parse_rate("100")}; });  // the driver is wrk
  refused([](PlanOverrides& o) {
    o.driver = "interleave";
    o.rates = {*parse_rate("100"), *parse_rate("100")};
  });
  refused([](PlanOverrides& o) { o.warmup = std::chrono::hours(1); });
}

TEST(ApplyOverrides, gives_every_cell_the_driver_and_the_rates) {
  Plan plan;
  plan.cells = {{.workloads = {"a"}, .connections = {1}, .driver = "wrk", .rates = {}}};
  PlanOverrides overrides;
  overrides.driver = "interleave";
  overrides.rates = {*parse_rate("100")};
  const Plan changed = apply_overrides(plan, overrides);
  EXPECT_EQ(changed.driver, "interleave");
  EXPECT_TRUE(changed.cells[0].driver.empty());
  EXPECT_THAT(changed.rates, ElementsAre(*parse_rate("100")));
}

TEST(RequirePossible, wants_calibration_for_shares_of_the_capacity) {
  Plan plan;
  plan.driver = "interleave";
  plan.rates = {*parse_rate("50%")};
  EXPECT_NO_THROW(require_possible(plan));
  plan.calibration.repetitions = 0;
  EXPECT_THROW(require_possible(plan), UsageError);
  plan.rates = {*parse_rate("50")};
  EXPECT_NO_THROW(require_possible(plan));
}

TEST(RequireKnown, suggests_the_nearest_name) {
  const std::vector<std::string> known{"libuv_loop", "single_threaded"};
  const std::vector<std::string> right{"libuv_loop"};
  const std::vector<std::string> wrong{"libuv_lop"};
  EXPECT_NO_THROW(require_known("model", right, known));
  try {
    require_known("model", wrong, known);
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown model 'libuv_lop' (did you mean 'libuv_loop'?)"));
  }
}

TEST(Plans, of_the_repository_are_valid_and_keep_their_time) {
  const Workload workload{.name = "one_call", .description = "", .services = {}, .routes = {}, .load = {}};
  const std::vector<WorkloadModels> cells{{.workload = &workload, .models = {"single_threaded", "libuv_loop"}}};
  EXPECT_LE(estimate_time(expand(load_plan(std::string(kPlans) + "smoke.toml"), cells)), std::chrono::seconds(30));
  const Plan quick = load_plan(std::string(kPlans) + "quick.toml");
  const std::vector<WorkloadModels> five{{.workload = &workload, .models = quick.models}};
  EXPECT_EQ(quick.models.size(), 5U);
  EXPECT_LE(estimate_time(expand(quick, five)), std::chrono::minutes(5));
}

}  // namespace
}  // namespace interleave
