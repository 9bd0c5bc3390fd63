#include "harness/trial/http_cases.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace interleave {
namespace {

constexpr std::string_view kWorkload = R"(name = "http"
description = "a request without work, a short one, and one that is stuck"
services.short = { latency = { constant = "1ms" }, reply_bytes = 33 }
services.stuck = { latency = { constant = "60s" } }
[[route]]
target = "/plain"
[[route]]
target = "/short"
steps = [ { call = "short" } ]
[[route]]
target = "/stuck"
steps = [ { call = "stuck" } ]
)";

constexpr const char* kPlainBody = "{\"route\":\"plain\",\"calls\":0,\"bytes\":0}\n";
constexpr const char* kShortBody = "{\"route\":\"short\",\"calls\":1,\"bytes\":33}\n";
constexpr const char* kClose = "Connection: close";
constexpr std::size_t kLongHeader = 20'000;  // beyond the default --max-head
constexpr std::size_t kPartOfBody = 60'000;  // of one that is beyond the default --max-body
constexpr std::size_t kLargeBody = 2'000'000;

std::string request(std::string_view target, std::initializer_list<std::string> headers = {},
                    std::string_view method = "GET", std::string_view body = {}) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: test\r\n", method, target);
  for (const std::string& header : headers) text += header + "\r\n";
  return text.append("\r\n").append(body);
}

std::vector<std::string> byte_by_byte(std::string_view text) {
  std::vector<std::string> pieces;
  for (const char byte : text) pieces.emplace_back(1, byte);
  return pieces;
}

std::vector<std::string> split_after(const std::string& text, std::string_view part) {
  const std::size_t at = text.find(part) + part.size();
  return {text.substr(0, at), text.substr(at)};
}

// Cases of one request each. Without routes a server answers everything alike: only "/" says something about it.
HttpCase served(std::string name, std::vector<std::string> pieces, ExpectedReply reply, std::uint32_t calls) {
  return {.name = std::move(name),
          .needs = {"routes"},
          .exchanges = {{std::move(pieces), {std::move(reply)}}},
          .backend_calls = calls};
}

HttpCase refused(std::string name, std::string sent, std::vector<int> statuses) {
  return served(std::move(name), {std::move(sent)}, {.statuses = std::move(statuses)}, 0);
}

// With a request behind it that must not be taken for one: where the refused one ends, nobody knows.
HttpCase refused_and_closed(std::string name, std::string sent) {
  HttpCase result = refused(std::move(name), std::move(sent) + request("/short", {kClose}), {400});
  result.closes = true;
  return result;
}

HttpCase split(std::string where, std::vector<std::string> pieces) {
  return {.name = "request split " + std::move(where), .needs = {}, .exchanges = {{std::move(pieces), {{{200}}}}}};
}

void add_routes(std::vector<HttpCase>& cases) {
  cases.push_back({.name = "/", .needs = {}, .exchanges = {{{request("/")}, {{{200}}}}}});
  cases.push_back(served("/healthz", {request("/healthz")}, {{200}, "ok\n"}, 0));
  cases.push_back(served("a route", {request("/short", {kClose})}, {{200}, kShortBody}, 1));
  cases.push_back(refused("404", request("/nowhere"), {404}));
}

void add_connections(std::vector<HttpCase>& cases) {
  cases.push_back({.name = "two requests on one connection",
                   .needs = {"keep_alive"},
                   .exchanges = {{{request("/")}, {{{200}}}}, {{request("/")}, {{{200}}}}}});
  HttpCase close =
      served("Connection: close", {request("/plain", {kClose})}, {{200}, kPlainBody, "Connection", "close"}, 0);
  close.closes = true;
  cases.push_back(std::move(close));
  const ExpectedReply plain{{200}, kPlainBody};
  const ExpectedReply calls{{200}, kShortBody};
  cases.push_back({.name = "pipelined requests in order",
                   .needs = {"pipelining", "routes"},
                   .exchanges = {{{request("/short") + request("/plain") + request("/nowhere") + request("/short") +
                                   request("/plain")},
                                  {calls, plain, {{404}}, calls, plain}}},
                   .backend_calls = 2});
}

void add_splits(std::vector<HttpCase>& cases) {
  const std::string text = request("/");
  cases.push_back(split("at every byte", byte_by_byte(text)));
  cases.push_back(split("in its method", split_after(text, "GE")));
  cases.push_back(split("in a header's name", split_after(text, "Ho")));
  cases.push_back(split("in its empty line", split_after(text, "\r\n\r")));
}

void add_bodies(std::vector<HttpCase>& cases) {
  const ExpectedReply good{{200}, kShortBody};
  HttpCase head = served("HEAD", {request("/short", {kClose}, "HEAD")},
                         {{200}, "", "Content-Length", std::to_string(std::string_view(kShortBody).size())}, 1);
  head.exchanges[0].to = ReplyTo::head;
  head.closes = true;
  cases.push_back(std::move(head));
  cases.push_back(served("POST with Content-Length",
                         {request("/short", {"Content-Length: 5", kClose}, "POST", "hello")}, good, 1));
  const std::string chunked =
      request("/short", {"Transfer-Encoding: chunked", kClose}, "POST", "5\r\nhello\r\n3\r\n, y\r\n0\r\n\r\n");
  cases.push_back(served("POST in chunks", {chunked}, good, 1));
  cases.push_back(served("POST in chunks, split at every byte", byte_by_byte(chunked), good, 1));
  HttpCase asking =
      served("Expect: 100-continue",
             {request("/short", {"Expect: 100-continue", "Content-Length: 5", kClose}, "POST")}, {{100}}, 1);
  asking.exchanges.push_back({{"hello"}, {good}});
  cases.push_back(std::move(asking));
}

void add_refusals(std::vector<HttpCase>& cases) {
  const std::string chunked = "Transfer-Encoding: chunked";
  cases.push_back(refused("400, no HTTP", "\x16\x03\x01\x02 is no request line\r\n\r\n", {400}));
  cases.push_back(refused("400, no Host", "GET /plain HTTP/1.1\r\n\r\n", {400}));
  cases.push_back(refused_and_closed("400, Content-Length and Transfer-Encoding",
                                     request("/plain", {"Content-Length: 3", chunked}, "POST")));
  cases.push_back(refused_and_closed("400, two lengths that differ",
                                     request("/plain", {"Content-Length: 0", "Content-Length: 2"}, "POST")));
  HttpCase not_allowed = refused("405 with Allow", request("/plain", {}, "DELETE"), {405});
  not_allowed.exchanges[0].replies[0].header = "Allow";
  cases.push_back(std::move(not_allowed));
  cases.push_back(refused(
      "413",
      request("/plain", {fmt::format("Content-Length: {}", kLargeBody)}, "POST", std::string(kPartOfBody, 'x')),
      {413}));
  cases.push_back(refused("417", request("/plain", {"Expect: the-moon"}), {417}));
  cases.push_back(refused("431", request("/plain", {"X-Long: " + std::string(kLongHeader, 'x')}), {431}));
  cases.push_back(refused("501, unknown transfer coding",
                          request("/plain", {"Transfer-Encoding: gzip, chunked"}, "POST"), {501}));
  // RFC 9110 section 9.1 has 501 for a method unknown to the server; to one that knows routes only, 405 says as much.
  cases.push_back(refused("501, unknown method", request("/plain", {}, "FROBNICATE"), {501, 405}));
}

std::string wanted_status(const std::vector<int>& statuses) {
  return fmt::format("{}", fmt::join(statuses, " or "));
}

}  // namespace

std::string_view http_workload() noexcept {
  return kWorkload;
}

std::vector<HttpCase> http_cases() {
  std::vector<HttpCase> cases;
  add_routes(cases);
  add_connections(cases);
  add_splits(cases);
  add_bodies(cases);
  add_refusals(cases);
  // The last one: its stuck request stays with the server.
  HttpCase concurrent = served("a client beside one that waits", {request("/short")}, {{200}, kShortBody}, 2);
  concurrent.needs = {"concurrent_clients", "routes"};
  concurrent.beside_a_stuck_request = true;
  cases.push_back(std::move(concurrent));
  return cases;
}

std::string lacking(const HttpCase& http_case, const std::vector<std::string>& capabilities) {
  const auto at = std::find_if(http_case.needs.begin(), http_case.needs.end(), [&](const std::string& need) {
    return std::find(capabilities.begin(), capabilities.end(), need) == capabilities.end();
  });
  return at == http_case.needs.end() ? "" : *at;
}

std::string judge_reply(const ExpectedReply& expected, const StreamReply& reply) {
  const auto& statuses = expected.statuses;
  if (std::find(statuses.begin(), statuses.end(), reply.status) == statuses.end()) {
    return fmt::format("wanted {}, got {}", wanted_status(statuses), reply.status);
  }
  if (!expected.header.empty()) {
    const auto value = reply.header(expected.header);
    if (!value) return fmt::format("{}: wanted the header {}, got none", reply.status, expected.header);
    if (!expected.value.empty() && *value != expected.value) {
      return fmt::format("wanted {}: {}, got {}", expected.header, expected.value, in_quotes(*value));
    }
  }
  if (!expected.body.empty() && reply.body != expected.body) {
    return fmt::format("wanted the body {}, got {}", in_quotes(expected.body), in_quotes(reply.body));
  }
  return {};
}

}  // namespace interleave
