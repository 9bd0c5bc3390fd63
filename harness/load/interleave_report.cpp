#include "harness/load/interleave_report.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/read_file.hpp"
#include "harness/driver/driver.hpp"
#include "harness/load/hdr_bins.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr double kMicrosecondsPerSecond = 1e6;

[[noreturn]] void fail(const std::string& what) {
  throw DriverReportError("interleave-load's report: " + what);
}

const Json& needed(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found == object.end()) fail(std::string("'") + key + "' is missing");
  return *found;
}

std::uint64_t count(const Json& object, const char* key) {
  const Json& value = needed(object, key);
  if (!value.is_number_unsigned()) fail(std::string("'") + key + "' is not a count");
  return value.get<std::uint64_t>();
}

double number(const Json& object, const char* key) {
  const Json& value = needed(object, key);
  if (!value.is_number()) fail(std::string("'") + key + "' is not a number");
  return value.get<double>();
}

std::string text_of(const Json& object, const char* key) {
  const Json& value = needed(object, key);
  if (!value.is_string()) fail(std::string("'") + key + "' is not a text");
  return value.get<std::string>();
}

// What became of the requests of the warm-up or of the window.
struct Outcomes {
  std::uint64_t scheduled, ok, http_error, connect_error, reset, timeout, shed, censored;

  [[nodiscard]] std::uint64_t answered() const { return ok + http_error; }
  [[nodiscard]] std::uint64_t perhaps_sent() const { return reset + timeout + censored; }
};

Outcomes outcomes_of(const Json& report, const char* key) {
  const Json& counts = needed(report, key);
  const Outcomes all{.scheduled = count(counts, "scheduled"),
                     .ok = count(counts, "ok"),
                     .http_error = count(counts, "http_error"),
                     .connect_error = count(counts, "connect_error"),
                     .reset = count(counts, "reset"),
                     .timeout = count(counts, "timeout"),
                     .shed = count(counts, "shed"),
                     .censored = count(counts, "censored")};
  const std::uint64_t sum =
      all.ok + all.http_error + all.connect_error + all.reset + all.timeout + all.shed + all.censored;
  if (sum != all.scheduled) {
    fail(std::string("'") + key + "': " + std::to_string(all.scheduled) + " requests were scheduled, " +
         std::to_string(sum) + " have an outcome");
  }
  return all;
}

// Second by second, where the report has that: its sums are the window's counts, or one of the two is wrong.
void check_timeline(const Json& report, const Outcomes& window) {
  const auto timeline = report.find("timeline");
  if (timeline == report.end()) return;
  std::uint64_t scheduled = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  for (const Json& second : *timeline) {
    std::uint64_t samples = 0;
    for (const Json& bucket : needed(second, "response_ns")) {
      if (!bucket.is_array() || bucket.size() != 2 || !bucket[1].is_number_unsigned()) {
        fail("'timeline': a bucket is not [lowest, count]");
      }
      samples += bucket[1].get<std::uint64_t>();
    }
    if (samples != count(second, "ok")) fail("'timeline': the buckets of a second do not hold its replies");
    scheduled += count(second, "scheduled");
    ok += samples;
    failed += count(second, "failed");
  }
  if (scheduled != window.scheduled || ok != window.ok || failed != window.scheduled - window.ok) {
    fail("'timeline': its seconds do not add up to 'counts'");
  }
}

SelfCheckVerdict self_check_of(const Json& report) {
  SelfCheckVerdict check;
  const std::string validity = text_of(report, "validity");
  if (validity == "suspect") {
    check.verdict = SelfCheck::suspect;
  } else if (validity == "generator_bound") {
    check.verdict = SelfCheck::generator_bound;
  } else if (validity != "ok") {
    fail("'validity' is '" + validity + "', which is not known");
  }
  for (const Json& reason : needed(report, "validity_reasons")) {
    check.detail += (check.detail.empty() ? "" : "; ") + text_of(reason, "detail");
  }
  return check;
}

// Only proper replies: what timed out stands in the generator's histogram at the deadline, above every reply.
ValueCounts latencies_of(const Json& report, std::uint64_t replies) {
  const Json& times = needed(report, "response_time_ns");
  std::optional<ValueCounts> bins = hdr_bins_us(text_of(times, "hdr"));
  if (!bins) fail("'hdr' is no histogram");
  std::uint64_t left = replies;
  for (auto& [value, samples] : *bins) {
    samples = std::min(samples, left);
    left -= samples;
  }
  if (left != 0) fail("'hdr' holds fewer samples than there were replies");
  while (!bins->empty() && bins->back().second == 0) bins->pop_back();
  return *bins;
}

}  // namespace

DriverResult parse_interleave_report(std::string_view text) {
  const Json report = Json::parse(text, nullptr, false);
  if (!report.is_object()) fail(text.empty() ? "it is empty" : "it is truncated or not JSON");
  if (count(report, "schema_version") != kVersion) fail("it is of another version than this program reads");
  const Json& load = needed(report, "load");
  const double seconds = number(load, "duration_s");
  if (!(seconds > 0)) {
    const std::string why = self_check_of(report).detail;  // a failed probe
    fail("'duration_s' is not above 0, nothing was measured" + (why.empty() ? "" : ": " + why));
  }
  const Outcomes window = outcomes_of(report, "counts");
  const Outcomes warmup = outcomes_of(report, "counts_warmup");
  check_timeline(report, window);
  DriverResult result;
  // The throughput is of proper replies.
  result.requests =
      static_cast<std::uint64_t>(std::llround(number(report, "throughput_rps") * seconds)) + window.http_error;
  result.duration_us = static_cast<std::uint64_t>(std::llround(seconds * kMicrosecondsPerSecond));
  result.answered = window.answered() + warmup.answered();
  result.unanswered = window.perhaps_sent() + warmup.perhaps_sent();
  result.bytes = count(needed(report, "bytes"), "received");
  result.errors = {.connect = window.connect_error,
                   .reset = window.reset,
                   .status = window.http_error,
                   .timeout = window.timeout,
                   .shed = window.shed,
                   .censored = window.censored};
  result.latency_us = latencies_of(report, window.ok);
  result.latency_lost = window.scheduled - window.ok;
  if (text_of(load, "kind") == "open") result.scheduled = window.scheduled;
  result.self_check = self_check_of(report);
  result.interleave = report.dump();
  return result;
}

DriverResult read_interleave_report(const std::filesystem::path& report) {
  const std::optional<std::string> text = read_file(report);
  if (!text) fail("there is none: it did not end properly");
  return parse_interleave_report(*text);
}

}  // namespace interleave
