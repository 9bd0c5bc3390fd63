#include "harness/record/driver_result_json.hpp"

#include "harness/record/json_fields.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<Recovery, std::string_view> kRecoveries[] = {{Recovery::exact, "exact"},
                                                                 {Recovery::not_needed, "not_needed"},
                                                                 {Recovery::failed, "failed"},
                                                                 {Recovery::capped, "capped"}};

Json json_of(const WrkReported& reported) {
  return {{"min_us", reported.min_us},     {"max_us", reported.max_us},  {"mean_us", reported.mean_us},
          {"stdev_us", reported.stdev_us}, {"p50_us", reported.p50_us},  {"p90_us", reported.p90_us},
          {"p99_us", reported.p99_us},     {"p999_us", reported.p999_us}};
}

WrkReported reported_from(const Json& json) {
  return {.min_us = field<double>(json, "min_us"),
          .max_us = field<double>(json, "max_us"),
          .mean_us = field<double>(json, "mean_us"),
          .stdev_us = field<double>(json, "stdev_us"),
          .p50_us = field<double>(json, "p50_us"),
          .p90_us = field<double>(json, "p90_us"),
          .p99_us = field<double>(json, "p99_us"),
          .p999_us = field<double>(json, "p999_us")};
}

Json json_of(const WrkDetails& wrk) {
  return {{"latency_wrk_reported", wrk.reported ? json_of(*wrk.reported) : Json()},
          {"expected_interval_us", wrk.expected_interval_us},
          {"corrected", wrk.corrected},
          {"recovery", name_of(kRecoveries, wrk.recovery)}};
}

WrkDetails wrk_from(const Json& json) {
  return {.reported = optional_object(json, "latency_wrk_reported", reported_from),
          .expected_interval_us = field<std::uint64_t>(json, "expected_interval_us"),
          .corrected = field<bool>(json, "corrected"),
          .recovery = named(kRecoveries, json, "recovery")};
}

constexpr std::pair<SelfCheck, std::string_view> kSelfChecks[] = {
    {SelfCheck::ok, "ok"}, {SelfCheck::suspect, "suspect"}, {SelfCheck::generator_bound, "generator_bound"}};

Json json_of(const SelfCheckVerdict& check) {
  return {{"verdict", name_of(kSelfChecks, check.verdict)}, {"detail", check.detail}};
}

SelfCheckVerdict self_check_from(const Json& json) {
  return {.verdict = named(kSelfChecks, json, "verdict"), .detail = field<std::string>(json, "detail")};
}

}  // namespace

Json driver_result_json(const DriverResult& result) {
  return {{"requests", result.requests},
          {"duration_us", result.duration_us},
          {"answered", result.answered},
          {"unanswered", result.unanswered},
          {"bytes", result.bytes},
          {"errors",
           {{"connect", result.errors.connect},
            {"reset", result.errors.reset},
            {"status", result.errors.status},
            {"timeout", result.errors.timeout},
            {"shed", result.errors.shed},
            {"censored", result.errors.censored}}},
          {"route_requests", result.route_requests},
          {"latency_us", or_null(result.latency_us)},
          {"latency_lost", result.latency_lost},
          {"scheduled", or_null(result.scheduled)},
          {"self_check", result.self_check ? json_of(*result.self_check) : Json()},
          {"wrk", result.wrk ? json_of(*result.wrk) : Json()},
          {"interleave", result.interleave.empty() ? Json() : Json::parse(result.interleave)}};
}

DriverResult driver_result_from(const Json& json) {
  const Json& errors = member(json, "errors");
  DriverResult result;
  result.requests = field<std::uint64_t>(json, "requests");
  result.duration_us = field<std::uint64_t>(json, "duration_us");
  result.answered = field<std::uint64_t>(json, "answered");
  result.unanswered = field<std::uint64_t>(json, "unanswered");
  result.bytes = field<std::uint64_t>(json, "bytes");
  result.errors = {.connect = field<std::uint64_t>(errors, "connect"),
                   .reset = field<std::uint64_t>(errors, "reset"),
                   .status = field<std::uint64_t>(errors, "status"),
                   .timeout = field<std::uint64_t>(errors, "timeout"),
                   .shed = field<std::uint64_t>(errors, "shed"),
                   .censored = field<std::uint64_t>(errors, "censored")};
  result.route_requests = field<std::vector<std::uint64_t>>(json, "route_requests");
  result.latency_us = optional_field<ValueCounts>(json, "latency_us");
  result.latency_lost = field<std::uint64_t>(json, "latency_lost");
  result.scheduled = optional_field<std::uint64_t>(json, "scheduled");
  result.self_check = optional_object(json, "self_check", self_check_from);
  result.wrk = optional_object(json, "wrk", wrk_from);
  if (const Json& report = member(json, "interleave"); !report.is_null()) result.interleave = report.dump();
  return result;
}

}  // namespace interleave
