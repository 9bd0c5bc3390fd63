#include "harness/load/generator/result_json.hpp"

#include <nlohmann/json.hpp>

#include "core/base/hdr_codec.hpp"
#include "core/base/version.hpp"
#include "harness/load/generator/population.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

using nlohmann::ordered_json;

struct NamedPercentile {
  const char* name;
  double percentile;
};
constexpr NamedPercentile kPercentiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}, {"max", 100}};

template <typename Value>
ordered_json or_null(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

ordered_json per_second(std::uint64_t count, Nanoseconds time) {
  if (time <= Nanoseconds(0)) return nullptr;
  return static_cast<double>(count) / seconds(time);
}

// Times of what was measured, each with its own count.
ordered_json times_json(const Histogram& histogram) {
  ordered_json json{
      {"count", histogram.total_count()}, {"min", or_null(histogram.min())}, {"mean", or_null(histogram.mean())}};
  for (const NamedPercentile& wanted : kPercentiles) {
    json[wanted.name] = or_null(histogram.value_at_percentile(wanted.percentile));
  }
  json["hdr"] = encode_hdr(histogram);
  return json;
}

// Over all that was scheduled: null where failures leave it undefined.
ordered_json response_json(const Tally& tally) {
  const Population population(tally);
  ordered_json json{{"count", tally.response.total_count()},
                    {"min", or_null(tally.response.min())},
                    {"mean", or_null(population.mean())}};
  for (const NamedPercentile& wanted : kPercentiles) {
    const Quantile quantile = population.quantile(wanted.percentile);
    json[wanted.name] = or_null(quantile.value);
    if (quantile.at_least) json[std::string(wanted.name) + "_at_least"] = *quantile.at_least;
  }
  json["hdr"] = encode_hdr(tally.response);
  return json;
}

ordered_json counts_json(const LoadCounts& counts) {
  ordered_json json{{"scheduled", counts.scheduled}};
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    json[std::string(name_of(outcome))] = counts.of(outcome);
  }
  return json;
}

ordered_json errors_json(const ErrorCounts& errors) {
  ordered_json json{{"by_status", ordered_json::object()}, {"by_errno", ordered_json::object()}};
  errors.for_each_status([&](const std::string& name, std::uint64_t count) { json["by_status"][name] = count; });
  errors.for_each_errno([&](const std::string& name, std::uint64_t count) { json["by_errno"][name] = count; });
  return json;
}

ordered_json load_json(const LoadPlan& plan, const LoadResult& result) {
  ordered_json json;
  json["kind"] = plan.closed_loop ? "closed" : "open";
  json["arrival"] = plan.closed_loop ? ordered_json(nullptr) : ordered_json(name_of(plan.schedule.arrivals));
  json["rate_target"] = plan.closed_loop ? ordered_json(nullptr)
                                         : ordered_json(mean_rate(plan.schedule.arrivals, plan.schedule.duration));
  json["connections"] = plan.connections;
  json["threads"] = plan.threads;
  json["duration_s"] = seconds(result.duration);
  json["warmup_s"] = seconds(plan.schedule.warmup);
  json["deadline_s"] = seconds(plan.deadline);
  json["drain_s"] = seconds(plan.drain);
  json["think_s"] = seconds(plan.think);
  json["pick"] = name_of(plan.pick);
  json["close"] = plan.close_each;
  json["wait"] = name_of(plan.wait);
  json["seed"] = plan.schedule.seed;
  const std::string& sha256 = result.schedule.sha256;
  json["schedule_sha256"] = sha256.empty() ? ordered_json(nullptr) : ordered_json(sha256);
  return json;
}

ordered_json rate_json(const LoadPlan& plan, const LoadResult& result) {
  return {{"target", plan.closed_loop ? ordered_json(nullptr)
                                      : ordered_json(mean_rate(plan.schedule.arrivals, plan.schedule.duration))},
          {"achieved", per_second(result.tally.sent, result.duration)}};
}

ordered_json connections_json(const Tally& tally, const ConnectionShares& shares) {
  ordered_json unopened = ordered_json::object();
  tally.unopened.for_each([&](const std::string& name, std::uint64_t count) { unopened[name] = count; });
  return {{"opened", tally.connections_opened},
          {"unopened_by_errno", std::move(unopened)},
          {"alive", shares.alive},
          {"used", shares.used},
          {"starved", shares.starved},
          {"jain", shares.jain},
          {"requests", {{"min", shares.least}, {"median", shares.median}, {"max", shares.most}}}};
}

ordered_json self_check_json(const LoadEvidence& evidence) {
  const auto count_of = [](const std::optional<Nanoseconds>& time) {
    return time ? ordered_json(time->count()) : ordered_json(nullptr);
  };
  return {{"taken_up", evidence.taken_up}, {"send_lag_p99_ns", count_of(evidence.lag_p99)},
          {"busy", evidence.busy},         {"run_wait", evidence.run_wait},
          {"steal", evidence.steal},       {"longest_turn_ns", evidence.longest_turn.count()}};
}

ordered_json reasons_json(const LoadVerdict& verdict) {
  ordered_json reasons = ordered_json::array();
  for (const LoadFinding& finding : verdict.findings) {
    reasons.push_back({{"reason", finding.check->name}, {"detail", finding.detail}});
  }
  return reasons;
}

// Of the window's requests: scheduled by their intended time, ok and failed by when they ended. Sums are the counts.
ordered_json timeline_json(const Timeline& timeline) {
  ordered_json seconds = ordered_json::array();
  for (const Timeline::Second& second : timeline.used()) {
    ordered_json buckets = ordered_json::array();
    for (const LatencyBucket& bucket : latency_buckets(second.response)) {
      buckets.push_back({bucket.lowest, bucket.count});
    }
    seconds.push_back({{"scheduled", second.scheduled},
                       {"ok", second.ok},
                       {"failed", second.failed},
                       {"p50_ns", or_null(second.response.value_at_percentile(50))},
                       {"p99_ns", or_null(second.response.value_at_percentile(99))},
                       {"max_ns", or_null(second.response.max())},
                       {"response_ns", std::move(buckets)}});
  }
  return seconds;
}

// Why this rate: the steps of the search that led to it.
ordered_json search_json(const Promise& promise, const LoadResult& result) {
  ordered_json steps = ordered_json::array();
  for (const SearchStep& step : result.search) {
    steps.push_back({{"rate", step.rate},
                     {"kept", step.kept},
                     {"value_ns", or_null(step.value_ns)},
                     {"throughput_rps", step.throughput_rps},
                     {"validity", to_string(step.validity)}});
  }
  return {{"percentile", promise.percentile}, {"limit_ns", promise.limit.count()}, {"steps", steps}};
}

}  // namespace

std::string result_json(const LoadPlan& plan, const LoadResult& result) {
  const Tally& tally = result.tally;
  ordered_json json;
  json["schema_version"] = 1;
  json["url"] = "http://" + plan.url.authority + plan.url.target;
  json["validity"] = to_string(result.verdict.validity);
  json["validity_reasons"] = reasons_json(result.verdict);
  json["interrupted"] = result.interrupted_by != 0;
  json["load"] = load_json(plan, result);
  json["counts"] = counts_json(tally.window);
  json["counts_warmup"] = counts_json(tally.warmup);
  json["errors"] = errors_json(tally.errors);
  json["rate"] = rate_json(plan, result);
  json["throughput_rps"] = per_second(tally.replies_in_window, result.duration);
  json["response_time_ns"] = response_json(tally);
  json["service_time_ns"] = times_json(tally.service);
  json["client_queue_ns"] = times_json(tally.client_queue);
  json["send_lag_ns"] = times_json(tally.send_lag);
  json["connections"] = connections_json(tally, result.connections);
  json["bytes"] = {{"sent", tally.bytes_sent}, {"received", tally.bytes_received}};
  json["self_check"] = self_check_json(result.evidence);
  if (plan.timeline_in_result) json["timeline"] = timeline_json(*result.timeline);
  if (plan.search) json["search"] = search_json(*plan.search, result);
  json["generator"] = {{"version", kVersion},
                       {"commit", build_commit()},
                       {"build_type", kBuildType},
                       {"cpu_ns", result.cpu.count()},
                       {"peak_memory_kib", result.peak_memory_kib}};
  return json.dump(2) + "\n";
}

}  // namespace interleave
