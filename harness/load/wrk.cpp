#include "harness/load/wrk.hpp"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/base/read_file.hpp"
#include "harness/load/wrk_recovery.hpp"

namespace interleave {
namespace {

constexpr std::chrono::seconds kShortestTimeout{2};  // wrk's own default
constexpr std::chrono::seconds kLongestTimeout{60};  // 480 MB of bins

[[noreturn]] void bad_report(const std::string& what) {
  throw DriverReportError("wrk's report: " + what);
}

const nlohmann::json& member_of(const nlohmann::json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found == object.end()) bad_report(std::string("'") + key + "' is missing");
  return *found;
}

std::uint64_t count(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member_of(object, key);
  if (!value.is_number_unsigned()) bad_report(std::string("'") + key + "' is not a count");
  return value.get<std::uint64_t>();
}

double number(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member_of(object, key);
  if (!value.is_number()) bad_report(std::string("'") + key + "' is not a number");
  return value.get<double>();
}

ValueCounts parse_histogram(const nlohmann::json& bins) {
  if (!bins.is_array()) bad_report("'histogram' is not an array");
  ValueCounts histogram;
  histogram.reserve(bins.size());
  for (const nlohmann::json& bin : bins) {
    if (!bin.is_array() || bin.size() != 2 || !bin[0].is_number_unsigned() || !bin[1].is_number_unsigned()) {
      bad_report("a bin of 'histogram' is not [microseconds, count]");
    }
    const auto value = bin[0].get<std::uint64_t>();
    const auto samples = bin[1].get<std::uint64_t>();
    if (samples == 0 || (!histogram.empty() && histogram.back().first >= value)) {
      bad_report("the bins of 'histogram' are not ascending with counts above 0");
    }
    histogram.emplace_back(value, samples);
  }
  return histogram;
}

std::optional<WrkReported> parse_reported(const nlohmann::json& object) {
  if (object.is_null()) return std::nullopt;
  return WrkReported{.min_us = number(object, "min_us"),
                     .max_us = number(object, "max_us"),
                     .mean_us = number(object, "mean_us"),
                     .stdev_us = number(object, "stdev_us"),
                     .p50_us = number(object, "p50_us"),
                     .p90_us = number(object, "p90_us"),
                     .p99_us = number(object, "p99_us"),
                     .p999_us = number(object, "p999_us")};
}

std::vector<std::uint64_t> parse_route_requests(const nlohmann::json& report) {
  const auto routes = report.find("routes");
  if (routes == report.end()) return {};
  if (!routes->is_array()) bad_report("'routes' is not an array");
  std::vector<std::uint64_t> requests;
  for (const nlohmann::json& begun : *routes) {
    if (!begun.is_number_unsigned()) bad_report("an entry of 'routes' is not a count");
    requests.push_back(begun.get<std::uint64_t>());
  }
  return requests;
}

// "weight target", a line each: what wrk_report.lua reads.
std::string route_lines(const std::vector<WrkRoute>& routes) {
  std::string lines;
  for (const WrkRoute& route : routes) lines += std::to_string(route.weight) + " " + route.target + "\n";
  return lines;
}

std::chrono::seconds round_up(std::chrono::nanoseconds duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration);
}

}  // namespace

DriverCommand wrk_command(const WrkJob& job) {
  std::uint32_t threads = std::max(1U, std::min(job.threads, job.connections));
  while (job.connections % threads != 0) --threads;
  DriverCommand command{
      .arguments = {"wrk", "-c", std::to_string(job.connections), "-t", std::to_string(threads), "-d",
                    std::to_string(wrk_duration(job.duration).count()) + "s", "--timeout",
                    std::to_string(round_up(job.timeout).count()) + "s", "-s", job.script.string(), job.url},
      .environment = {{"INTERLEAVE_WRK_REPORT", job.report.string()}},
      .interrupt_after = {},
      .busy_for = job.duration};
  if (job.duration != wrk_duration(job.duration)) command.interrupt_after = job.duration;
  if (job.routes.size() > 1) {
    command.environment["INTERLEAVE_WRK_ROUTES"] = route_lines(job.routes);
    command.environment["INTERLEAVE_WRK_SEED"] = std::to_string(job.seed);
  }
  return command;
}

std::chrono::seconds wrk_timeout(std::chrono::nanoseconds longest_expected_latency) {
  constexpr int kMargin = 4;
  // Compared before multiplying, so that no latency overflows.
  if (longest_expected_latency >= kLongestTimeout / kMargin) return kLongestTimeout;
  return std::clamp(round_up(longest_expected_latency * kMargin), kShortestTimeout, kLongestTimeout);
}

std::chrono::seconds wrk_duration(std::chrono::nanoseconds duration) {
  return std::max(round_up(duration), std::chrono::seconds{1});
}

DriverResult parse_wrk_report(std::string_view text, std::uint32_t connections) {
  const nlohmann::json report = nlohmann::json::parse(text, nullptr, false);
  if (!report.is_object()) {
    bad_report(text.empty() ? "it is empty: wrk did not end properly" : "it is truncated or not JSON");
  }
  DriverResult result;
  result.requests = count(report, "requests");
  result.answered = result.requests;
  result.unanswered = connections;  // each has one request in flight at most when wrk stops
  result.duration_us = count(report, "duration_us");
  result.bytes = count(report, "bytes");
  if (result.duration_us == 0) bad_report("'duration_us' is 0");
  const nlohmann::json& errors = member_of(report, "errors");
  result.errors = {.connect = count(errors, "connect"),
                   .reset = count(errors, "read") + count(errors, "write"),
                   .status = count(errors, "status"),
                   .timeout = count(errors, "timeout")};
  result.latency_lost = result.errors.timeout;  // late replies have no sample
  WrkDetails& details = result.wrk.emplace();
  details.reported = parse_reported(member_of(report, "reported"));
  result.route_requests = parse_route_requests(report);
  const WrkTotals totals{.requests = result.requests,
                         .timeouts = result.errors.timeout,
                         .duration_us = result.duration_us,
                         .connections = connections};
  details.expected_interval_us = wrk_expected_interval(totals);
  const nlohmann::json& bins = member_of(report, "histogram");
  if (bins.is_null()) {
    details.recovery = Recovery::capped;
    return result;
  }
  WrkRecovery recovered = recover_wrk_histogram(parse_histogram(bins), totals);
  details.corrected = recovered.corrected;
  details.recovery = recovered.recovery;
  result.latency_us = std::move(recovered.raw);
  return result;
}

DriverResult read_wrk_report(const std::filesystem::path& report, std::uint32_t connections) {
  const std::optional<std::string> text = read_file(report);
  if (!text) bad_report("there is none: wrk did not end properly");
  return parse_wrk_report(*text, connections);
}

}  // namespace interleave
