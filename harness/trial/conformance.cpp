#include "harness/trial/conformance.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "harness/trial/http_cases.hpp"
#include "harness/trial/http_connection.hpp"
#include "harness/trial/trial_processes.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr auto kCaseDeadline = 10s;
constexpr auto kGroupDeadline = 60s;  // of a server that does not answer at all
constexpr auto kPoll = 5ms;
constexpr auto kDeathNotice = 200ms;  // for an end to be seen after a connection broke
constexpr std::string_view kStuckRequest = "GET /stuck HTTP/1.1\r\nHost: test\r\n\r\n";

void exchange_on(HttpConnection& connection, const Exchange& exchange) {
  for (std::size_t i = 0; i < exchange.pieces.size(); ++i) {
    if (i > 0) connection.pause();
    connection.send(exchange.pieces[i]);
  }
  for (std::size_t i = 0; i < exchange.replies.size(); ++i) {
    std::string wrong;
    try {
      wrong = judge_reply(exchange.replies[i], connection.reply(exchange.to));
    } catch (const NoReply& error) {
      wrong = fmt::format("wanted {}, {}", exchange.replies[i].statuses.front(), error.what());
    }
    if (wrong.empty()) continue;
    if (exchange.replies.size() > 1) wrong = fmt::format("reply {} of {}: {}", i + 1, exchange.replies.size(), wrong);
    throw NoReply(wrong);
  }
}

class ConformanceRun {
 public:
  ConformanceRun(const ModelDescription& model, TrialProcesses& processes) : model_(model), processes_(processes) {}

  void run(Conformance& outcome) {
    const TimePoint deadline = now() + kGroupDeadline;
    std::size_t untried = 0;
    for (const HttpCase& http : http_cases()) {
      if (std::string capability = lacking(http, model_.capabilities); !capability.empty()) {
        exempt(outcome, std::move(capability), http.name);
      } else if (now() >= deadline) {
        ++untried;
      } else if (const std::string wrong = try_one(http); wrong.empty()) {
        ++outcome.checks;
      } else {
        outcome.failures.push_back(fmt::format("{}: {}", http.name, wrong));
        stop_if_dead();
      }
    }
    if (untried > 0) outcome.failures.push_back(fmt::format("{} cases not tried: too many took too long", untried));
  }

 private:
  static void exempt(Conformance& outcome, std::string capability, std::string name) {
    auto& all = outcome.exemptions;
    auto at = std::find_if(all.begin(), all.end(), [&](const Exemption& e) { return e.capability == capability; });
    if (at == all.end()) at = all.insert(all.end(), {std::move(capability), {}});
    at->cases.push_back(std::move(name));
  }

  // A server that died is one finding, not one for each case.
  void stop_if_dead() {
    (void)processes_.waiter().until(now() + kDeathNotice,
                                    [this] { return processes_.server().exited().has_value(); });
    processes_.check_alive();
  }

  // What is wrong, empty if nothing is.
  std::string try_one(const HttpCase& http) {
    const std::uint64_t before = processes_.backend_stats().calls;
    const Interrupt& interrupt = processes_.waiter().interrupt();
    const TimePoint deadline = now() + kCaseDeadline;
    try {
      std::optional<HttpConnection> stuck;
      if (http.beside_a_stuck_request) {
        stuck.emplace(processes_.server_at(), deadline, interrupt);
        stuck->send(kStuckRequest);
        await_stuck(deadline);
      }
      HttpConnection connection(processes_.server_at(), deadline, interrupt);
      for (const Exchange& exchange : http.exchanges) exchange_on(connection, exchange);
      if (http.closes) connection.expect_end();
    } catch (const NoReply& wrong) {
      return wrong.what();
    }
    const std::uint64_t calls = processes_.backend_stats().calls - before;
    return calls == http.backend_calls ? ""
                                       : fmt::format("wanted {} backend calls, got {}", http.backend_calls, calls);
  }

  // Until the backend has the other client's request.
  void await_stuck(TimePoint deadline) {
    while (processes_.backend_stats().in_flight == 0) {
      if (now() >= deadline) throw NoReply("the request that is to wait never came to the backend");
      (void)processes_.waiter().until(now() + kPoll, [] { return false; });
    }
  }

  const ModelDescription& model_;
  TrialProcesses& processes_;
};

}  // namespace

Conformance run_conformance(const TrialSpec& spec, const TrialSetup& setup, const Interrupt& interrupt) {
  Conformance outcome;
  TrialRecord record;
  record.spec = spec;
  // Ends both without asking: the stuck request would hold a server up, and how it ends is checked elsewhere.
  TrialProcesses processes(setup, interrupt, record);
  try {
    processes.start_backend();
    processes.start_server();
    ConformanceRun(setup.server.model, processes).run(outcome);
  } catch (const TrialFailure& failure) {
    outcome.findings.push_back({failure.reason, failure.detail});
  } catch (const std::exception& error) {
    outcome.findings.push_back({Reason::harness_error, error.what()});
  }
  return outcome;
}

}  // namespace interleave
