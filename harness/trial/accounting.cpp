#include "harness/trial/accounting.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

namespace interleave {
namespace {

constexpr double kPercent = 100.0;

template <class... Args>
std::string format(const char* pattern, Args... args) {
  char text[256];
  (void)std::snprintf(text, sizeof text, pattern, args...);
  return text;
}

unsigned long long printable(std::uint64_t value) {
  return value;
}

double share_percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : kPercent * static_cast<double>(part) / static_cast<double>(whole);
}

std::optional<double> mean_us(const std::optional<ValueCounts>& histogram) {
  if (!histogram || histogram->empty()) return std::nullopt;
  double sum = 0, count = 0;
  for (const auto& [value, samples] : *histogram) {
    sum += static_cast<double>(value) * static_cast<double>(samples);
    count += static_cast<double>(samples);
  }
  return sum / count;
}

// Compares and collects; one method per rule.
class Books {
 public:
  Books(const AccountingInput& input, const AccountingLimits& limits) : input_(input), limits_(limits) {
    books_.three_way = input.server_before && input.server_after;
    books_.client_responses = input.result.answered;
    begun_ = requests_begun();
    call_bounds_ = bounds_of_calls();
    books_.calls_per_request = mean_calls();
    books_.tolerance = input.result.unanswered;
    backend_ = difference(input.backend_after, input.backend_before);
    books_.backend_calls = backend_.calls;
    if (books_.three_way) {
      server_ = difference(*input.server_after, *input.server_before);
      books_.server_responses = server_.all_responses();
      books_.server_calls = server_.backend_calls;
      const auto& counted = server_.per_connection;
      const std::uint64_t answered = counted && counted->answered ? *counted->answered : server_.connections_accepted;
      books_.starved = input.connections - std::min<std::uint64_t>(input.connections, answered);
    }
  }

  AccountingOutcome settle() {
    check_client();
    if (books_.three_way) check_server();
    check_backend_calls();
    check_backend_lateness();
    check_steal();
    check_generator();
    check_open();
    check_latency();
    return {.accounting = books_, .findings = std::move(findings_), .warnings = std::move(warnings_)};
  }

 private:
  void find(Reason reason, std::string detail) {
    findings_.push_back({.reason = reason, .detail = std::move(detail)});
  }

  [[nodiscard]] std::uint64_t server_errors(const char* status) const {
    const auto found = server_.responses.find(status);
    return found == server_.responses.end() ? 0 : found->second;
  }

  // Of one route only the replies are counted; others may have been begun.
  [[nodiscard]] std::vector<std::uint64_t> requests_begun() const {
    if (!input_.result.route_requests.empty()) return input_.result.route_requests;
    return {input_.result.answered + input_.result.unanswered};
  }

  // Which routes were asked for is not known: all that holds is that each was one of them.
  [[nodiscard]] bool routes_unknown() const {
    return input_.routes.size() > 1 && input_.result.route_requests.empty();
  }

  [[nodiscard]] std::uint32_t most_calls() const {
    std::uint32_t most = 0;
    for (const RouteFacts& route : input_.routes) most = std::max(most, route.calls);
    return most;
  }

  [[nodiscard]] std::uint32_t fewest_calls() const {
    std::uint32_t fewest = input_.routes.front().calls;
    for (const RouteFacts& route : input_.routes) fewest = std::min(fewest, route.calls);
    return fewest;
  }

  struct CallBounds {
    std::uint64_t fewest = 0, most = 0;
  };

  // Most: every request begun made all its calls. Fewest: those without a reply made none, and they were the ones
  // with the most calls.
  [[nodiscard]] CallBounds bounds_of_calls() const {
    if (routes_unknown()) {
      return {.fewest = fewest_calls() * input_.result.answered, .most = most_calls() * begun_.front()};
    }
    std::vector<std::pair<std::uint32_t, std::uint64_t>> routes;  // calls of a request, requests begun
    std::uint64_t total = 0;
    CallBounds bounds;
    for (std::size_t i = 0; i < begun_.size(); ++i) {
      routes.emplace_back(input_.routes[i].calls, begun_[i]);
      total += begun_[i];
      bounds.most += input_.routes[i].calls * begun_[i];
    }
    bounds.fewest = bounds.most;
    std::uint64_t unanswered = total - std::min(total, input_.result.answered);
    std::sort(routes.rbegin(), routes.rend());
    for (const auto& [calls, begun] : routes) {
      const std::uint64_t lost = std::min(unanswered, begun);
      bounds.fewest -= calls * lost;
      unanswered -= lost;
    }
    return bounds;
  }

  [[nodiscard]] double mean_calls() const {
    if (routes_unknown()) {
      const std::uint64_t replies = input_.result.answered;
      const BackendStats seen = difference(input_.backend_after, input_.backend_before);
      return replies == 0 ? 0.0 : static_cast<double>(seen.calls) / static_cast<double>(replies);
    }
    const std::uint64_t total = std::accumulate(begun_.begin(), begun_.end(), std::uint64_t{0});
    return total == 0 ? 0.0 : static_cast<double>(call_bounds_.most) / static_cast<double>(total);
  }

  [[nodiscard]] bool expects(std::string_view status) const {
    return std::any_of(input_.routes.begin(), input_.routes.end(),
                       [&](const RouteFacts& route) { return std::to_string(route.expected_status) == status; });
  }

  // No more replies may have a status than requests were begun on the routes that ask for it.
  [[nodiscard]] std::uint64_t most_replies(std::string_view status) const {
    if (routes_unknown()) return expects(status) ? begun_.front() : 0;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < begun_.size(); ++i) {
      if (std::to_string(input_.routes[i].expected_status) == status) most += begun_[i];
    }
    return most;
  }

  void check_client() {
    const DriverResult& result = input_.result;
    if (result.requests == 0) {
      find(Reason::no_responses, "the client got no reply in the window");
      return;
    }
    const DriverErrors& errors = result.errors;
    const bool open = input_.kind == LoadKind::open;
    // Requests that an open loop gave up are what overload looks like (check_open); wrk's are errors.
    const std::uint64_t lost = errors.connect + errors.reset + (open ? 0 : errors.timeout);
    if (share_percent(lost, result.requests) > limits_.error_percent) {
      find(Reason::client_errors,
           format("connect %llu, reset %llu, timeout %llu of %llu requests", printable(errors.connect),
                  printable(errors.reset), printable(errors.timeout), printable(result.requests)));
    } else if (lost > 0) {
      warnings_.push_back({.text = format("%llu client errors", printable(lost)),
                           .hint = "below the limit of 0.1 %; see result.errors in the trial"});
    }
  }

  void check_server() {
    check_responses();
    if (input_.result.requests == 0) return;
    const std::uint64_t unavailable = server_errors("503");
    if (!expects("503") && share_percent(unavailable, books_.server_responses) > limits_.error_percent) {
      find(Reason::overload,
           format("%llu of %llu replies were 503", printable(unavailable), printable(books_.server_responses)));
    }
    for (const auto& [status, responses] : server_.responses) {
      if (responses == 0 || (status == "503" && !expects(status))) continue;
      if (input_.routes.size() == 1 && expects(status)) continue;  // their number is checked above
      const std::uint64_t allowed = most_replies(status);
      if (responses <= allowed) continue;
      find(Reason::wrong_status, format("%llu replies with status %s where at most %llu may have it",
                                        printable(responses), status.c_str(), printable(allowed)));
    }
  }

  // The server may have answered what the client no longer waited for when it stopped: up to one request per
  // connection.
  void check_responses() {
    const std::uint64_t client = books_.client_responses;
    const std::uint64_t server = books_.server_responses;
    if (server >= client && server - client <= books_.tolerance) return;
    find(Reason::responses_mismatch, format("client %llu, server %llu, at most %llu in flight", printable(client),
                                            printable(server), printable(books_.tolerance)));
  }

  // Every reply the client has needed its calls; beyond them only requests in flight at the end may have called.
  void check_backend_calls() {
    const std::uint64_t backend = books_.backend_calls;
    if (backend < call_bounds_.fewest || backend > call_bounds_.most) {
      find(Reason::backend_calls_mismatch,
           format("%llu replies need %llu to %llu calls, the backend saw %llu", printable(books_.client_responses),
                  printable(call_bounds_.fewest), printable(call_bounds_.most), printable(backend)));
      return;
    }
    if (!books_.three_way) return;
    const std::uint64_t gap = std::max(books_.server_calls, backend) - std::min(books_.server_calls, backend);
    if (gap > books_.tolerance * most_calls()) {
      find(Reason::backend_calls_mismatch, format("the server made %llu calls, the backend saw %llu",
                                                  printable(books_.server_calls), printable(books_.backend_calls)));
    }
  }

  void check_backend_lateness() {
    if (backend_.completed == 0 || backend_.delay_mean_us <= 0) return;
    books_.lateness_percent = kPercent * backend_.lateness_mean_us / backend_.delay_mean_us;
    if (*books_.lateness_percent <= limits_.lateness_percent) return;
    find(Reason::backend_late, format("mean lateness %.0f us of a mean delay of %.0f us (%.1f %%)",
                                      backend_.lateness_mean_us, backend_.delay_mean_us, *books_.lateness_percent));
  }

  void check_steal() {
    if (!input_.steal_percent || *input_.steal_percent <= limits_.steal_percent) return;
    find(Reason::steal, format("the host took %.1f %% of the CPU time", *input_.steal_percent));
  }

  void check_generator() {
    const std::optional<SelfCheckVerdict>& check = input_.result.self_check;
    if (!check || check->verdict == SelfCheck::ok) return;
    find(check->verdict == SelfCheck::suspect ? Reason::generator_suspect : Reason::generator_bound, check->detail);
  }

  // An open loop asks at its own pace. What the server does not answer at that pace waits, and ever longer.
  void check_open() {
    if (!input_.result.scheduled) return;
    const std::uint64_t scheduled = *input_.result.scheduled;
    const DriverErrors& errors = input_.result.errors;
    const std::uint64_t given_up = errors.timeout + errors.shed + errors.censored;
    const std::uint64_t shortfall = scheduled - std::min(scheduled, input_.result.requests);
    if (share_percent(given_up, scheduled) > limits_.error_percent) {
      find(Reason::overload, format("%llu of %llu requests were not answered in time (timeout %llu, shed %llu, "
                                    "still open at the end %llu)",
                                    printable(given_up), printable(scheduled), printable(errors.timeout),
                                    printable(errors.shed), printable(errors.censored)));
    } else if (share_percent(shortfall, scheduled) > limits_.shortfall_percent &&
               static_cast<double>(shortfall) >= limits_.shortfall_requests) {
      find(Reason::overload, format("%llu requests came in the window and %llu were answered in it",
                                    printable(scheduled), printable(input_.result.requests)));
    }
  }

  void check_latency() {
    const DriverResult& result = input_.result;
    if (input_.generator_cpu_ns && input_.window_ns > 0) {
      books_.generator_busy = static_cast<double>(*input_.generator_cpu_ns) / static_cast<double>(input_.window_ns);
    }
    if (result.requests == 0 || input_.kind == LoadKind::open) {
      books_.mean_latency_us = mean_us(result.latency_us);
      return;
    }
    books_.cycle_us = static_cast<double>(input_.connections) * static_cast<double>(result.duration_us) /
                      static_cast<double>(result.requests);
    const std::optional<WrkDetails>& wrk = result.wrk;
    if (wrk && wrk->recovery == Recovery::failed) {
      find(Reason::wrk_checksum, "the recovered histogram does not hold requests - timeouts samples");
    } else if (wrk && wrk->recovery == Recovery::capped) {
      find(Reason::wrk_capped,
           "the histogram has too many bins to export; use fewer connections or a shorter window");
    }
    books_.mean_latency_us = mean_us(result.latency_us);
    if (books_.mean_latency_us) check_little();
  }

  // Little's law: connections = throughput x mean latency, unless connections spend time elsewhere.
  void check_little() {
    books_.little_gap_percent = kPercent * (*books_.cycle_us - *books_.mean_latency_us) / *books_.cycle_us;
    const double per_connection =
        static_cast<double>(input_.result.requests) / static_cast<double>(input_.connections);
    const bool gap_within = std::abs(*books_.little_gap_percent) <= limits_.little_gap_percent && per_connection >= 1;
    if (gap_within && !starves()) return;
    const std::string gap = format("cycle %.0f us, mean latency %.0f us", *books_.cycle_us, *books_.mean_latency_us);
    if (starves()) {
      find(Reason::starved,
           format("%llu of %u connections got no reply; ", printable(*books_.starved), input_.connections) + gap);
    } else if (per_connection < limits_.requests_per_connection) {
      find(Reason::window_too_short, format("%.1f requests per connection; ", per_connection) + gap);
    } else if (server_closes()) {
      find(Reason::server_closes, format("%llu connections closed; ", printable(server_.connections_closed)) + gap);
    } else if (books_.generator_busy && *books_.generator_busy >= limits_.generator_busy) {
      find(Reason::generator_bound,
           format("the generator used %.0f %% of its core; ", kPercent * *books_.generator_busy) + gap);
    } else {
      find(Reason::latency_gap, gap);
    }
  }

  // Connections without a reply while the others had plenty: the client holds them open, unanswered and uncounted.
  // Where the others had few, the window was too short to tell.
  [[nodiscard]] bool starves() const {
    const std::uint64_t starved = books_.starved.value_or(0);
    if (starved == 0) return false;
    const auto served = static_cast<double>(input_.connections - starved);
    return static_cast<double>(input_.result.requests) >= served * limits_.requests_per_connection;
  }

  // More than one connection closed per slot: the server ends connections during the window, not only at its end.
  [[nodiscard]] bool server_closes() const {
    return books_.three_way && server_.connections_closed > 2 * std::uint64_t{input_.connections};
  }

  const AccountingInput& input_;
  const AccountingLimits& limits_;
  ServerCounters server_;
  BackendStats backend_;
  Accounting books_;
  std::vector<std::uint64_t> begun_;  // requests by route
  CallBounds call_bounds_;
  std::vector<Finding> findings_;
  std::vector<Warning> warnings_;
};

}  // namespace

AccountingOutcome account(const AccountingInput& input, const AccountingLimits& limits) {
  return Books(input, limits).settle();
}

}  // namespace interleave
