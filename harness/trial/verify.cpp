#include "harness/trial/verify.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>

#include <fmt/format.h>

#include "core/service/expected_reply.hpp"
#include "harness/trial/http_probe.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr auto kRequestDeadline = 10s;
constexpr auto kStatsDeadline = 2s;
constexpr std::size_t kQuotedBytes = 60;

// A request's id is part of the reply, so it must be the one asked for.
constexpr std::uint64_t kProbeId = 4242;

struct WrongServer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::uint64_t calls_so_far(BlockingBackendClient& backend) {
  return parse_backend_stats(backend.command({"STATS"}, now() + kStatsDeadline)).calls;
}

HttpReply get(const VerifyTarget& target, const std::string& path) {
  try {
    return http_get(target.server, path, now() + kRequestDeadline, *target.interrupt);
  } catch (const std::exception& error) {
    throw WrongServer(fmt::format("GET {}: {}", path, error.what()));
  }
}

void expect_status(const std::string& path, const HttpReply& reply, int wanted) {
  if (reply.status != wanted) {
    throw WrongServer(fmt::format("GET {}: status {} instead of {}", path, reply.status, wanted));
  }
}

void expect_body(const std::string& path, const std::string& body, const std::string& wanted) {
  if (body == wanted) return;
  const auto differ = std::mismatch(body.begin(), body.end(), wanted.begin(), wanted.end());
  const auto at = static_cast<std::size_t>(differ.first - body.begin());
  throw WrongServer(fmt::format("GET {}: body of {} bytes instead of {}, different from byte {} on: '{}'", path,
                                body.size(), wanted.size(), at, body.substr(at, kQuotedBytes)));
}

// What the same session answers with a backend that answers at once.
std::string expected_body(const VerifyTarget& target, const std::string& path) {
  const auto reply =
      split_response(expected_response(*target.service, *target.workload, get_request(target.server, path)));
  if (!reply) throw std::logic_error("the reference session gave no response to GET " + path);
  return reply->body;
}

void verify_route(const VerifyTarget& target, const Route& route, BlockingBackendClient& backend) {
  const std::string path = fmt::format("{}?id={}", route.target, kProbeId);
  const std::uint64_t before = calls_so_far(backend);
  const HttpReply reply = get(target, path);
  const std::uint64_t calls = calls_so_far(backend) - before;
  expect_status(path, reply, route.expect.status);
  if (!target.model->can("routes")) return;
  expect_body(path, reply.body, expected_body(target, path));
  const std::uint32_t wanted = calls_per_request(route);
  if (calls != wanted) {
    throw WrongServer(
        fmt::format("GET {}: the right reply, but {} backend calls instead of {}: the server does not do the work",
                    path, calls, wanted));
  }
}

}  // namespace

VerifyOutcome verify(const VerifyTarget& target, BlockingBackendClient& backend) {
  VerifyOutcome outcome;
  if (!target.model->can("routes"))
    outcome.exemptions.emplace_back("no routes: bodies and unknown paths are not checked");
  try {
    for (const Route& route : target.workload->routes) {
      verify_route(target, route, backend);
      ++outcome.checks;
    }
    if (target.model->can("routes")) {
      const std::string unknown = "/no-such-route";
      expect_status(unknown, get(target, unknown), 404);
      ++outcome.checks;
    }
  } catch (const WrongServer& error) {
    outcome.failure = error.what();
  }
  return outcome;
}

bool can_serve(const ModelDescription& model, const Workload& workload) {
  return model.can("routes") || std::all_of(workload.routes.begin(), workload.routes.end(),
                                            [](const Route& route) { return route.steps.empty(); });
}

}  // namespace interleave
