#include "core/workload/load_workload.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::string_view kFull = R"(name = "full"
description = "All that a workload can say"
[services.db]
latency = { constant = "10ms" }
reply_bytes = 128
[services.cache]
latency = { exponential = "500us" }
[services.api]
latency = { lognormal = { median = "8ms", sigma = 0.5 } }
[[route]]
target = "/b"
weight = 3
steps = [ { call = "api" }, { cpu = "200us" }, { serialize = 20 } ]
expect = { status = 201 }
[[route]]
target = "/a"
steps = [ { call = "db" }, { call = "cache" } ]
[load]
connections = [256, 1]
)";

TEST(LoadWorkload, reads_everything_in_the_order_of_the_file) {
  const Workload workload = parse_workload(kFull, "some/dir/full.toml");
  EXPECT_EQ(workload.name, "full");
  EXPECT_EQ(workload.description, "All that a workload can say");
  EXPECT_EQ(workload.load.connections, (std::vector<std::uint32_t>{256, 1}));

  ASSERT_EQ(workload.services.size(), 3U);
  EXPECT_EQ(workload.services[0].name, "db");
  EXPECT_EQ(workload.services[0].reply_bytes, 128U);
  EXPECT_EQ(std::get<ConstantLatency>(workload.services[0].latency).value, milliseconds(10));
  EXPECT_EQ(workload.services[1].name, "cache");
  EXPECT_EQ(workload.services[1].reply_bytes, 64U);
  EXPECT_EQ(std::get<ExponentialLatency>(workload.services[1].latency).mean, microseconds(500));
  EXPECT_EQ(workload.services[2].name, "api");
  EXPECT_EQ(std::get<LognormalLatency>(workload.services[2].latency).median, milliseconds(8));
  EXPECT_DOUBLE_EQ(std::get<LognormalLatency>(workload.services[2].latency).sigma, 0.5);

  ASSERT_EQ(workload.routes.size(), 2U);
  const Route& first = workload.routes[0];
  EXPECT_EQ(first.target, "/b");
  EXPECT_DOUBLE_EQ(first.weight, 3);
  EXPECT_EQ(first.expect.status, 201);
  ASSERT_EQ(first.steps.size(), 3U);
  EXPECT_EQ(std::get<CallStep>(first.steps[0]).service, 2U);
  EXPECT_EQ(std::get<CpuStep>(first.steps[1]).nominal, microseconds(200));
  EXPECT_EQ(std::get<SerializeStep>(first.steps[2]).items, 20U);
  const Route& second = workload.routes[1];
  EXPECT_EQ(second.target, "/a");
  EXPECT_DOUBLE_EQ(second.weight, 1);
  EXPECT_EQ(second.expect.status, 200);
  EXPECT_EQ(std::get<CallStep>(second.steps[1]).service, 1U);
}

TEST(LoadWorkload, fills_in_the_defaults) {
  const Workload workload = parse_workload("name = 'w'\ndescription = ''\n[[route]]\ntarget = '/w'\n", "w.toml");
  EXPECT_TRUE(workload.services.empty());
  EXPECT_TRUE(workload.routes[0].steps.empty());
  EXPECT_EQ(workload.load.connections, (std::vector<std::uint32_t>{1, 64, 256}));
}

TEST(LoadWorkload, a_route_may_stand_before_the_services_it_calls) {
  const Workload workload = parse_workload(
      "name = 'w'\ndescription = ''\n[[route]]\ntarget = '/w'\nsteps = [{ call = 'late' }]\n"
      "[services.late]\nlatency = { constant = '1ms' }\n",
      "w.toml");
  EXPECT_EQ(std::get<CallStep>(workload.routes[0].steps[0]).service, 0U);
}

std::string load_error(std::string_view text, const std::filesystem::path& name = "w.toml") {
  try {
    (void)parse_workload(text, name);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

// Lines 1-2 are the head, lines 3-4 the service, lines 5-6 the route; a case replaces one of them.
std::string with_service(std::string_view service) {
  return "name = 'w'\ndescription = ''\n" + std::string(service) + "\n[[route]]\ntarget = '/w'\n";
}

std::string with_route(std::string_view route) {
  return "name = 'w'\ndescription = ''\n[services.db]\nlatency = { constant = '1ms' }\n" + std::string(route);
}

struct ErrorCase {
  std::string text;
  std::string_view error;
};

void expect_errors(const std::vector<ErrorCase>& cases) {
  for (const auto& c : cases) EXPECT_EQ(load_error(c.text), c.error) << c.text;
}

TEST(LoadWorkload, refuses_a_wrong_head) {
  expect_errors({
      {"", "w.toml:1:1: missing key 'name'"},
      {"name = 'w'", "w.toml:1:1: missing key 'description'"},
      {"name = 'v'", "w.toml:1:8: name 'v' differs from the file's name 'w': make them equal"},
      {"name = 7", "w.toml:1:8: 'name' must be a string, not a whole number"},
      {"nmae = 'w'", "w.toml:1:1: unknown key 'nmae' (did you mean 'name'?)"},
      {"name = 'w'\ndescription = 1", "w.toml:2:15: 'description' must be a string, not a whole number"},
      {"name = 'w'\ndescription = ''", "w.toml:1:1: no route: add at least one [[route]] with a target"},
      {"name = 'w'\ndescription = ''\nroute = []", "w.toml:1:1: no route: add at least one [[route]] with a target"},
      {"name = 'w'\ndescription = ''\nroute = 1", "w.toml:3:9: 'route' must be an array, not a whole number"},
  });
  EXPECT_EQ(load_error("name = 'My-Load'", "My-Load.toml"),
            "My-Load.toml:1:8: name 'My-Load': use 1 to 64 of a-z, 0-9 and _");
}

TEST(LoadWorkload, refuses_wrong_services) {
  expect_errors({
      {with_service("[services.db]"), "w.toml:3:1: missing key 'latency' in 'db'"},
      {with_service("services = 3"), "w.toml:3:12: 'services' must be a table, not a whole number"},
      {with_service("[services.Data-Base]"), "w.toml:3:11: service name 'Data-Base': use 1 to 64 of a-z, 0-9 and _"},
      {with_service("[services.db]\nlatencey = '1ms'"),
       "w.toml:4:1: unknown key 'latencey' (did you mean 'latency'?)"},
      {with_service("[services.db]\nlatency = '1ms'"), "w.toml:4:11: 'latency' must be a table, not a string"},
      {with_service("[services.db]\nlatency = {}"),
       "w.toml:4:11: a latency has exactly one of 'constant', 'exponential', 'lognormal', 'uniform', 'pareto', "
       "'trace', not 0 keys"},
      {with_service("[services.db]\nlatency = { constent = '1ms' }"),
       "w.toml:4:13: unknown key 'constent' (did you mean 'constant'?)"},
      {with_service("[services.db]\nlatency = { constant = 10 }"),
       R"(w.toml:4:24: 'constant' has no unit: write a duration as a string, such as "10ms")"},
      {with_service("[services.db]\nlatency = { constant = '61s' }"),
       "w.toml:4:24: 'constant' is 61s: use a duration from 0s to 1min"},
      {with_service("[services.db]\nlatency = { exponential = '0ms' }"),
       "w.toml:4:27: 'exponential' is 0ms: use a duration from 1ns to 1min"},
      {with_service("[services.db]\nlatency = { lognormal = '1ms' }"),
       "w.toml:4:25: 'lognormal' must be a table, not a string"},
      {with_service("[services.db]\nlatency = { lognormal = { median = '1ms' } }"),
       "w.toml:4:25: missing key 'sigma' in 'lognormal'"},
      {with_service("[services.db]\nlatency = { lognormal = { median = '1ms', sigma = 0 } }"),
       "w.toml:4:51: 'sigma' is 0: use a number above 0, at most 3"},
      {with_service("[services.db]\nlatency = { lognormal = { median = '1ms', sigma = 3.5 } }"),
       "w.toml:4:51: 'sigma' is 3.5: use a number above 0, at most 3"},
      {with_service("[services.db]\nlatency = { constant = '1ms' }\nreply_bytes = 1048577"),
       "w.toml:5:15: 'reply_bytes' is 1048577: use a whole number from 0 to 1048576"},
      {with_service("[services.db]\nlatency = { constant = '1ms' }\nreply_bytes = '1KiB'"),
       "w.toml:5:15: 'reply_bytes' must be a whole number from 0 to 1048576, not a string"},
  });
}

TEST(LoadWorkload, refuses_wrong_routes) {
  expect_errors({
      {with_route("[[route]]\n"), "w.toml:5:1: missing key 'target' in 'route'"},
      {with_route("[[route]]\ntarget = 'w'"),
       R"(w.toml:6:10: target 'w': use a path such as "/one_call" of visible ASCII, without ? and #)"},
      {with_route("[[route]]\ntarget = '/w?id=1'"),
       R"(w.toml:6:10: target '/w?id=1': use a path such as "/one_call" of visible ASCII, without ? and #)"},
      {with_route("[[route]]\ntarget = '/'"),
       "w.toml:6:10: target '/' is reserved: every server answers it itself; use another path"},
      {with_route("[[route]]\ntarget = '/healthz'"),
       "w.toml:6:10: target '/healthz' is reserved: every server answers it itself; use another path"},
      {with_route("[[route]]\ntarget = '/w'\n[[route]]\ntarget = '/w'"),
       "w.toml:8:10: duplicate target '/w': each route needs its own"},
      {with_route("[[route]]\ntarget = '/w'\nweight = 0"),
       "w.toml:7:10: 'weight' is 0: use a number above 0, at most 1000000"},
      {with_route("[[route]]\ntarget = '/w'\nstep = []"), "w.toml:7:1: unknown key 'step' (did you mean 'steps'?)"},
      {with_route("[[route]]\ntarget = '/w'\nexpect = { status = 99 }"),
       "w.toml:7:21: 'status' is 99: use a whole number from 200 to 599"},
      {with_route("[[route]]\ntarget = '/w'\nexpect = {}"), "w.toml:7:10: missing key 'status' in 'expect'"},
      {with_route("[route]\ntarget = '/w'"), "w.toml:5:1: 'route' must be an array, not a table"},
      {with_route("[[route]]\ntarget = '/w'\n[load]\nconnections = []"),
       "w.toml:8:15: 'connections' is empty: name at least one number"},
      {with_route("[[route]]\ntarget = '/w'\n[load]\nconnections = [1, 0]"),
       "w.toml:8:19: 'connections' is 0: use a whole number from 1 to 100000"},
      {with_route("[[route]]\ntarget = '/w'\n[load]\nconnections = [1, 1]"),
       "w.toml:8:19: duplicate number of connections 1: name each once"},
      {with_route("[[route]]\ntarget = '/w'\n[load]\nrate = 5"),
       "w.toml:8:1: unknown key 'rate' (known here: 'connections')"},
  });
}

TEST(LoadWorkload, refuses_wrong_steps) {
  const auto with_step = [](std::string_view step) {
    return with_route("[[route]]\ntarget = '/w'\nsteps = [" + std::string(step) + "]");
  };
  expect_errors({
      {with_step("'db'"), "w.toml:7:10: 'steps' must be a table, not a string"},
      {with_step("{}"),
       "w.toml:7:10: a step has exactly one of 'call', 'parallel', 'cpu', 'serialize', 'file', 'sleep', 'lock', not "
       "0 keys"},
      {with_step("{ call = 'db', cpu = '1us' }"),
       "w.toml:7:10: a step has exactly one of 'call', 'parallel', 'cpu', 'serialize', 'file', 'sleep', 'lock', not "
       "2 keys"},
      {with_step("{ cal = 'db' }"), "w.toml:7:12: unknown key 'cal' (did you mean 'call'?)"},
      {with_step("{ wait = '1ms' }"),
       "w.toml:7:12: unknown key 'wait' (known here: 'call', 'parallel', 'cpu', 'serialize', 'file', 'sleep', "
       "'lock')"},
      {with_step("{ call = 'bd' }"), "w.toml:7:19: unknown service 'bd' (did you mean 'db'?)"},
      {with_step("{ call = 'queue' }"), "w.toml:7:19: unknown service 'queue': add [services.queue]"},
      {with_step("{ call = 1 }"), "w.toml:7:19: 'call' must be a string, not a whole number"},
      {with_step("{ cpu = '0us' }"), "w.toml:7:18: 'cpu' is 0us: use a duration from 1ns to 1min"},
      {with_step("{ cpu = 200 }"), R"(w.toml:7:18: 'cpu' has no unit: write a duration as a string, such as "10ms")"},
      {with_step("{ serialize = 0 }"), "w.toml:7:24: 'serialize' is 0: use a whole number from 1 to 10000"},
      {with_step("{ serialize = 10001 }"), "w.toml:7:24: 'serialize' is 10001: use a whole number from 1 to 10000"},
  });
}

TEST(LoadWorkload, reads_every_file_in_workloads) {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(INTERLEAVE_WORKLOADS_DIR)) {
    if (file.path().extension() != ".toml") continue;
    EXPECT_EQ(load_workload(file.path()).name, file.path().stem().string());
    ++count;
  }
  EXPECT_GE(count, 2U);
}

TEST(LoadWorkload, one_call_is_one_call_of_ten_milliseconds) {
  const Workload workload = load_workload(INTERLEAVE_WORKLOADS_DIR "/one_call.toml");
  ASSERT_EQ(workload.routes.size(), 1U);
  EXPECT_EQ(calls_per_request(workload.routes[0]), 1U);
  EXPECT_DOUBLE_EQ(mean_latency(workload.services.at(0).latency).count(), 0.010);
}

// The example of workloads/README.md, and the mistakes in it that the page shows messages for.
TEST(LoadWorkload, readme_tells_the_truth) {
  std::ifstream stream(INTERLEAVE_WORKLOADS_DIR "/README.md");
  const std::string page((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  constexpr std::string_view kOpen = "```toml\n";
  const std::size_t begin = page.find(kOpen) + kOpen.size();
  const std::string example = page.substr(begin, page.find("```", begin) - begin);
  EXPECT_EQ(parse_workload(example, "shop.toml").routes.size(), 2U);

  struct Mistake {
    std::string_view right, wrong;
  };
  for (const auto& mistake : std::vector<Mistake>{{"latency = { log", "latencey = { log"},
                                                  {R"("db" }, { cpu)", R"("bd" }, { cpu)"},
                                                  {R"("500us")", "500"}}) {
    std::string text = example;
    text.replace(text.find(mistake.right), mistake.right.size(), mistake.wrong);
    const std::string error = load_error(text, "workloads/shop.toml");
    EXPECT_NE(page.find(error + "\n"), std::string::npos) << error;
  }
}

TEST(LoadWorkload, of_a_missing_file_names_it) {
  EXPECT_THROW((void)load_workload("none/such.toml"), UsageError);
}

TEST(LoadWorkload, reads_every_kind_of_step) {
  const Workload workload = parse_workload(R"(name = "w"
description = "d"
[services.db]
latency = { constant = "1ms" }
[[route]]
target = "/a"
steps = [ { parallel = [ { call = "db" }, { call = "db" } ] }, { file = "4KiB" }, { sleep = "5ms" }, { lock = "50us" } ]
)",
                                           "w.toml");
  const std::vector<Step>& steps = workload.routes.at(0).steps;
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(std::get<ParallelStep>(steps[0]).calls.size(), 2U);
  EXPECT_EQ(std::get<FileStep>(steps[1]).bytes, 4096U);
  EXPECT_EQ(std::get<SleepStep>(steps[2]).duration, std::chrono::milliseconds(5));
  EXPECT_EQ(std::get<LockStep>(steps[3]).nominal, std::chrono::microseconds(50));
}

TEST(LoadWorkload, refuses_steps_it_cannot_honour) {
  struct Case {
    std::string step;
    std::string message;  // after the name of the file
  };
  for (const Case& c : {Case{"{ parallel = [] }", ":6:24: 'parallel' has 0 calls: name 1 to 64"},
                        Case{"{ parallel = [ { cpu = \"1ms\" } ] }", "cpu"},
                        Case{"{ parallel = [ { call = \"dc\" } ] }", "unknown service 'dc' (did you mean 'db'?)"},
                        Case{"{ file = \"2MiB\" }", "use a size from"}, Case{"{ file = \"0B\" }", "use a size from"},
                        Case{"{ file = 4096 }", "file"}, Case{"{ slep = \"5ms\" }", "did you mean 'sleep'?"},
                        Case{"{ lock = \"5 minutes\" }", "lock"}}) {
    const std::string text =
        "name = \"w\"\ndescription = \"d\"\nservices.db.latency.constant = \"1ms\"\n[[route]]\n"
        "target = \"/a\"\nsteps = [ " +
        c.step + " ]\n";
    try {
      (void)parse_workload(text, "w.toml");
      FAIL() << c.step;
    } catch (const UsageError& error) {
      EXPECT_NE(std::string(error.what()).find(c.message), std::string::npos) << error.what();
      EXPECT_TRUE(std::string(error.what()).starts_with("w.toml:6:")) << error.what();
    }
  }
}

}  // namespace
}  // namespace interleave
