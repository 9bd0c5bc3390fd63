// trials/<id>.json: see docs/schemas/trial.schema.json.
#include <nlohmann/json.hpp>

#include "harness/record/driver_result_json.hpp"
#include "harness/record/json_fields.hpp"
#include "harness/record/record_io.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<Purpose, std::string_view> kPurposes[] = {{Purpose::measure, "measure"},
                                                              {Purpose::calibrate_d1, "calibrate_d1"},
                                                              {Purpose::calibrate_cpu, "calibrate_cpu"},
                                                              {Purpose::search, "search"}};

Json json_of(const TrialSpec& spec) {
  return {{"index", spec.index},
          {"model", spec.model},
          {"workload", spec.workload},
          {"driver", spec.load.driver},
          {"load", load_json(spec.load)},
          {"repetition", spec.repetition},
          {"purpose", to_string(spec.purpose)},
          {"seed", spec.seed},
          {"warmup_ns", spec.warmup.count()},
          {"duration_ns", spec.duration.count()},
          {"stall", spec.stall ? stall_json(*spec.stall) : Json()}};
}

TrialSpec spec_from(const Json& json) {
  return {.index = field<std::uint32_t>(json, "index"),
          .model = field<std::string>(json, "model"),
          .workload = field<std::string>(json, "workload"),
          .load = load_from(member(json, "load"), field<std::string>(json, "driver")),
          .repetition = field<std::uint32_t>(json, "repetition"),
          .purpose = named(kPurposes, json, "purpose"),
          .seed = field<std::uint64_t>(json, "seed"),
          .warmup = std::chrono::nanoseconds(field<std::int64_t>(json, "warmup_ns")),
          .duration = std::chrono::nanoseconds(field<std::int64_t>(json, "duration_ns")),
          .stall = optional_object(json, "stall", stall_from)};
}

Json json_of(const PerConnection& connections) {
  return {{"answered", or_null(connections.answered)},
          {"ended", connections.ended},
          {"responses", connections.responses},
          {"responses_squared", connections.responses_squared}};
}

PerConnection per_connection_from(const Json& json) {
  return {.answered = optional_field<std::uint64_t>(json, "answered"),
          .ended = field<std::uint64_t>(json, "ended"),
          .responses = field<std::uint64_t>(json, "responses"),
          .responses_squared = field<std::uint64_t>(json, "responses_squared")};
}

Json json_of(const ServerCounters& counters) {
  return {{"requests", counters.requests},
          {"responses", counters.responses},
          {"backend_calls", counters.backend_calls},
          {"backend_errors", counters.backend_errors},
          {"connections_accepted", counters.connections_accepted},
          {"connections_closed", counters.connections_closed},
          {"connections_reset", counters.connections_reset},
          {"threads_created", counters.threads_created},
          {"bytes_in", counters.bytes_in},
          {"bytes_out", counters.bytes_out},
          {"in_flight", counters.in_flight},
          {"max_in_flight", counters.max_in_flight},
          {"per_connection", counters.per_connection ? json_of(*counters.per_connection) : Json()},
          {"voluntary_switches", or_null(counters.voluntary_switches)},
          {"involuntary_switches", or_null(counters.involuntary_switches)}};
}

ServerCounters counters_from(const Json& json) {
  return {.requests = field<std::uint64_t>(json, "requests"),
          .responses = field<std::map<std::string, std::uint64_t>>(json, "responses"),
          .backend_calls = field<std::uint64_t>(json, "backend_calls"),
          .backend_errors = field<std::uint64_t>(json, "backend_errors"),
          .connections_accepted = field<std::uint64_t>(json, "connections_accepted"),
          .connections_closed = field<std::uint64_t>(json, "connections_closed"),
          .connections_reset = field<std::uint64_t>(json, "connections_reset"),
          .threads_created = field<std::uint64_t>(json, "threads_created"),
          .bytes_in = field<std::uint64_t>(json, "bytes_in"),
          .bytes_out = field<std::uint64_t>(json, "bytes_out"),
          .in_flight = field<std::uint64_t>(json, "in_flight"),
          .max_in_flight = field<std::uint64_t>(json, "max_in_flight"),
          .per_connection = json.contains("per_connection")
                                ? optional_object(json, "per_connection", per_connection_from)
                                : std::nullopt,
          .voluntary_switches = optional_field<std::uint64_t>(json, "voluntary_switches"),
          .involuntary_switches = optional_field<std::uint64_t>(json, "involuntary_switches")};
}

Json json_of(const BackendStats& stats) {
  return {{"calls", stats.calls},
          {"completed", stats.completed},
          {"in_flight", stats.in_flight},
          {"delay_mean_us", stats.delay_mean_us},
          {"lateness_mean_us", stats.lateness_mean_us},
          {"lateness_p50_us", stats.lateness_p50_us},
          {"lateness_p99_us", stats.lateness_p99_us},
          {"lateness_max_us", stats.lateness_max_us}};
}

BackendStats stats_from(const Json& json) {
  return {.calls = field<std::uint64_t>(json, "calls"),
          .completed = field<std::uint64_t>(json, "completed"),
          .in_flight = field<std::uint64_t>(json, "in_flight"),
          .delay_mean_us = field<double>(json, "delay_mean_us"),
          .lateness_mean_us = field<double>(json, "lateness_mean_us"),
          .lateness_p50_us = field<double>(json, "lateness_p50_us"),
          .lateness_p99_us = field<double>(json, "lateness_p99_us"),
          .lateness_max_us = field<double>(json, "lateness_max_us")};
}

Json json_of(const ProcessSample& sample) {
  return {{"t_ms", sample.t_ms},
          {"cpu_user_ns", sample.cpu_user_ns},
          {"cpu_system_ns", sample.cpu_system_ns},
          {"rss_kib", or_null(sample.rss_kib)},
          {"pss_kib", or_null(sample.pss_kib)},
          {"threads", sample.threads},
          {"fds", or_null(sample.fds)},
          {"runqueue_wait_ns", or_null(sample.runqueue_wait_ns)}};
}

ProcessSample sample_from(const Json& json) {
  return {.t_ms = field<std::int64_t>(json, "t_ms"),
          .cpu_user_ns = field<std::uint64_t>(json, "cpu_user_ns"),
          .cpu_system_ns = field<std::uint64_t>(json, "cpu_system_ns"),
          .rss_kib = optional_field<std::uint64_t>(json, "rss_kib"),
          .pss_kib = optional_field<std::uint64_t>(json, "pss_kib"),
          .threads = field<std::uint32_t>(json, "threads"),
          .fds = optional_field<std::uint32_t>(json, "fds"),
          .runqueue_wait_ns = optional_field<std::uint64_t>(json, "runqueue_wait_ns")};
}

Json json_of(const ProcessWindow& window) {
  return {{"cpu_ns", window.cpu_ns},
          {"cpu_user_ns", window.cpu_user_ns},
          {"cpu_system_ns", window.cpu_system_ns},
          {"max_rss_kib", window.max_rss_kib},
          {"max_threads", window.max_threads},
          {"max_fds", window.max_fds},
          {"voluntary_switches", or_null(window.voluntary_switches)},
          {"involuntary_switches", or_null(window.involuntary_switches)}};
}

ProcessWindow process_window_from(const Json& json) {
  return {.cpu_ns = field<std::uint64_t>(json, "cpu_ns"),
          .cpu_user_ns = field<std::uint64_t>(json, "cpu_user_ns"),
          .cpu_system_ns = field<std::uint64_t>(json, "cpu_system_ns"),
          .max_rss_kib = field<std::uint64_t>(json, "max_rss_kib"),
          .max_threads = field<std::uint32_t>(json, "max_threads"),
          .max_fds = field<std::uint32_t>(json, "max_fds"),
          .voluntary_switches = optional_field<std::uint64_t>(json, "voluntary_switches"),
          .involuntary_switches = optional_field<std::uint64_t>(json, "involuntary_switches")};
}

Json json_of(const ProcessRecord& process) {
  return {{"command", process.command},
          {"cpus", process.cpus},
          {"window", process.window ? json_of(*process.window) : Json()},
          {"samples", array_of(process.samples, [](const ProcessSample& sample) { return json_of(sample); })}};
}

ProcessRecord process_from(const Json& json) {
  return {.command = field<std::vector<std::string>>(json, "command"),
          .cpus = field<std::vector<std::uint32_t>>(json, "cpus"),
          .window = optional_object(json, "window", process_window_from),
          .samples = array_from(json, "samples", sample_from)};
}

Json json_of(const MachineSample& sample) {
  return {{"t_ms", sample.t_ms},
          {"steal_percent", sample.steal_percent},
          {"load1", sample.load1},
          {"psi_cpu_some_percent", or_null(sample.psi_cpu_some_percent)},
          {"tcp_retransmits", sample.tcp_retransmits},
          {"listen_overflows", sample.listen_overflows}};
}

MachineSample machine_sample_from(const Json& json) {
  return {.t_ms = field<std::int64_t>(json, "t_ms"),
          .steal_percent = field<double>(json, "steal_percent"),
          .load1 = field<double>(json, "load1"),
          .psi_cpu_some_percent = optional_field<double>(json, "psi_cpu_some_percent"),
          .tcp_retransmits = field<std::uint64_t>(json, "tcp_retransmits"),
          .listen_overflows = field<std::uint64_t>(json, "listen_overflows")};
}

Json json_of(const MachineWindow& window) {
  return {{"steal_percent", window.steal_percent},
          {"tcp_retransmits", window.tcp_retransmits},
          {"listen_overflows", window.listen_overflows}};
}

MachineWindow machine_window_from(const Json& json) {
  return {.steal_percent = field<double>(json, "steal_percent"),
          .tcp_retransmits = field<std::uint64_t>(json, "tcp_retransmits"),
          .listen_overflows = field<std::uint64_t>(json, "listen_overflows")};
}

Json json_of(const Accounting& books) {
  return {{"three_way", books.three_way},
          {"client_responses", books.client_responses},
          {"server_responses", books.server_responses},
          {"server_calls", books.server_calls},
          {"backend_calls", books.backend_calls},
          {"calls_per_request", books.calls_per_request},
          {"tolerance", books.tolerance},
          {"mean_latency_us", or_null(books.mean_latency_us)},
          {"cycle_us", or_null(books.cycle_us)},
          {"little_gap_percent", or_null(books.little_gap_percent)},
          {"generator_busy", or_null(books.generator_busy)},
          {"lateness_percent", or_null(books.lateness_percent)},
          {"starved", or_null(books.starved)},
          {"jain", or_null(books.jain)}};
}

Accounting accounting_from(const Json& json) {
  return {.three_way = field<bool>(json, "three_way"),
          .client_responses = field<std::uint64_t>(json, "client_responses"),
          .server_responses = field<std::uint64_t>(json, "server_responses"),
          .server_calls = field<std::uint64_t>(json, "server_calls"),
          .backend_calls = field<std::uint64_t>(json, "backend_calls"),
          .calls_per_request = field<double>(json, "calls_per_request"),
          .tolerance = field<std::uint64_t>(json, "tolerance"),
          .mean_latency_us = optional_field<double>(json, "mean_latency_us"),
          .cycle_us = optional_field<double>(json, "cycle_us"),
          .little_gap_percent = optional_field<double>(json, "little_gap_percent"),
          .generator_busy = optional_field<double>(json, "generator_busy"),
          .lateness_percent = optional_field<double>(json, "lateness_percent"),
          .starved = later_field<std::uint64_t>(json, "starved"),
          .jain = later_field<double>(json, "jain")};
}

Json json_of(const Finding& finding) {
  return {{"reason", to_string(finding.reason)}, {"detail", finding.detail}};
}

Finding finding_from(const Json& json) {
  const auto text = field<std::string>(json, "reason");
  const std::optional<Reason> reason = parse_reason(text);
  if (!reason) throw FieldError("unknown reason '" + text + "'");
  return {.reason = *reason, .detail = field<std::string>(json, "detail")};
}

template <class T>
Json null_or(const std::optional<T>& value) {
  return value ? json_of(*value) : Json();
}

}  // namespace

std::string to_json(const TrialRecord& trial) {
  Json processes = Json::object();
  for (const auto& [role, process] : trial.processes) processes[role] = json_of(process);
  const Json json{
      {"schema_version", kSchemaVersion},
      {"id", trial_id(trial.spec)},
      {"spec", json_of(trial.spec)},
      {"started_utc", trial.started_utc},
      {"validity", to_string(trial.validity)},
      {"reasons", array_of(trial.findings, [](const Finding& finding) { return json_of(finding); })},
      {"warnings", array_of(trial.warnings, warning_json)},
      {"window_ns", trial.window_ns},
      {"result", trial.result ? driver_result_json(*trial.result) : Json()},
      {"server_before", null_or(trial.server_before)},
      {"server_after", null_or(trial.server_after)},
      {"server_final", null_or(trial.server_final)},
      {"backend_before", null_or(trial.backend_before)},
      {"backend_after", null_or(trial.backend_after)},
      {"accounting", null_or(trial.accounting)},
      {"processes", processes},
      {"machine_window", null_or(trial.machine_window)},
      {"machine_samples", array_of(trial.machine_samples, [](const MachineSample& s) { return json_of(s); })},
  };
  return dumped(json, -1);  // one line: mostly histogram bins
}

TrialRecord trial_from_json(std::string_view text, std::string_view name) {
  return parse_record(text, name, kSchemaVersion, [](const Json& json) {
    TrialRecord trial;
    trial.spec = spec_from(member(json, "spec"));
    trial.started_utc = field<std::string>(json, "started_utc");
    trial.validity = validity_from(field<std::string>(json, "validity"));
    trial.findings = array_from(json, "reasons", finding_from);
    trial.warnings = array_from(json, "warnings", warning_from);
    trial.window_ns = field<std::uint64_t>(json, "window_ns");
    trial.result = optional_object(json, "result", driver_result_from);
    trial.server_before = optional_object(json, "server_before", counters_from);
    trial.server_after = optional_object(json, "server_after", counters_from);
    trial.server_final = optional_object(json, "server_final", counters_from);
    trial.backend_before = optional_object(json, "backend_before", stats_from);
    trial.backend_after = optional_object(json, "backend_after", stats_from);
    trial.accounting = optional_object(json, "accounting", accounting_from);
    for (const auto& [role, process] : member(json, "processes").items()) {
      trial.processes[role] = process_from(process);
    }
    trial.machine_window = optional_object(json, "machine_window", machine_window_from);
    trial.machine_samples = array_from(json, "machine_samples", machine_sample_from);
    return trial;
  });
}

}  // namespace interleave
