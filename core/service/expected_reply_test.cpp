#include "core/service/expected_reply.hpp"

#include <string>

#include <gtest/gtest.h>

namespace interleave {
namespace {

Workload workload() {
  Workload workload;
  workload.name = "w";
  workload.services = {{.name = "db", .latency = ConstantLatency{}, .reply_bytes = 64},
                       {.name = "api", .latency = ConstantLatency{}, .reply_bytes = 1000}};
  workload.routes = {{.target = "/both", .weight = 1, .steps = {CallStep{0}, CallStep{1}}, .expect = {}},
                     {.target = "/items", .weight = 1, .steps = {SerializeStep{1}}, .expect = {}}};
  return workload;
}

std::string expected(std::string_view request) {
  const Workload w = workload();
  return expected_response(Service(w, CpuRate{.iterations_per_us = 1}), w, request);
}

TEST(ExpectedResponse, uses_the_reply_bytes_of_the_services) {
  EXPECT_EQ(expected("GET /both?id=3 HTTP/1.1\r\nHost: a\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n"
            "{\"route\":\"both\",\"calls\":2,\"bytes\":1064}\n");
}

TEST(ExpectedResponse, does_not_depend_on_the_id) {
  EXPECT_EQ(expected("GET /both?id=3 HTTP/1.1\r\nHost: a\r\n\r\n"),
            expected("GET /both HTTP/1.1\r\nHost: b\r\n\r\n"));
}

TEST(ExpectedResponse, covers_all_requests_and_errors) {
  const std::string get = "GET /items HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(expected(get + get), expected(get) + expected(get));
  EXPECT_NE(expected("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").find(" 404 "), std::string::npos);
  EXPECT_EQ(expected(""), "");
}

}  // namespace
}  // namespace interleave
