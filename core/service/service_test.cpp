#include "core/service/service.hpp"

#include <chrono>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

Workload workload_with(std::vector<Route> routes) {
  Workload workload;
  workload.name = "w";
  workload.services = {{.name = "db", .latency = ConstantLatency{}, .reply_bytes = 1},
                       {.name = "api", .latency = ConstantLatency{}, .reply_bytes = 1}};
  workload.routes = std::move(routes);
  return workload;
}

TEST(Service, prepares_the_steps) {
  const Service service(
      workload_with({{.target = "/r",
                      .weight = 1,
                      .steps = {CallStep{1}, CpuStep{std::chrono::microseconds(2)}, SerializeStep{3}},
                      .expect = {}}}),
      CpuRate{.iterations_per_us = 10});
  const Service::PreparedRoute* route = service.find("/r");
  ASSERT_NE(route, nullptr);
  EXPECT_EQ(route->name, "r");
  ASSERT_EQ(route->steps.size(), 3U);
  EXPECT_EQ(std::get<Service::PreparedCalls>(route->steps[0]).services, std::vector<std::string>{"api"});
  EXPECT_EQ(std::get<Service::PreparedCpu>(route->steps[1]).iterations, 20U);
  EXPECT_EQ(std::get<Service::PreparedSerialize>(route->steps[2]).items, 3U);
  EXPECT_EQ(route->max_overlapping_calls, 1U);
}

TEST(Service, finds_exact_paths_only) {
  const Service service(workload_with({{.target = "/a/b", .weight = 1, .steps = {}, .expect = {}}}), {});
  EXPECT_NE(service.find("/a/b"), nullptr);
  EXPECT_EQ(service.find("/a/b")->max_overlapping_calls, 0U);
  for (const std::string_view path : {"", "/a", "/a/b/", "/A/b", "a/b", "/a/b?x"}) {
    EXPECT_EQ(service.find(path), nullptr) << path;
  }
}

TEST(Service, always_has_its_own_routes) {
  const Service service(workload_with({{.target = "/x", .weight = 1, .steps = {}, .expect = {}}}), {});
  ASSERT_NE(service.find("/"), nullptr);
  EXPECT_FALSE(service.find("/")->text.empty());
  ASSERT_NE(service.find("/healthz"), nullptr);
  EXPECT_EQ(service.find("/healthz")->text, "ok\n");
  EXPECT_TRUE(service.find("/x")->text.empty());
}

TEST(Service, lets_the_workload_define_the_root) {
  const Service service(workload_with({{.target = "/", .weight = 1, .steps = {CallStep{0}}, .expect = {}}}), {});
  EXPECT_EQ(service.find("/")->steps.size(), 1U);
  EXPECT_TRUE(service.find("/")->text.empty());
}

TEST(Service, quotes_names_for_json) {
  const Service service(workload_with({{.target = "/a\"b\\", .weight = 1, .steps = {}, .expect = {}}}), {});
  const std::string start = service.find("/a\"b\\")->json_start;
  EXPECT_EQ(nlohmann::json::parse(start + "0}").at("route"), "a\"b\\");
}

}  // namespace
}  // namespace interleave
