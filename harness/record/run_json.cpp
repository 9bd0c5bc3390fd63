// run.json: see docs/schemas/run.schema.json.
#include <nlohmann/json.hpp>

#include "harness/record/json_fields.hpp"
#include "harness/record/record_io.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json rate_json(const OfferedRate& rate) {
  return to_string(rate);
}

OfferedRate rate_from(const Json& json) {
  const auto rate = json.is_string() ? parse_rate(json.get<std::string>()) : std::nullopt;
  if (!rate) throw FieldError("'rates' holds what is no rate");
  return *rate;
}

Json search_json(const SearchPlan& search) {
  return {{"objective", to_string(search.objective)}, {"steps", search.steps}};
}

SearchPlan search_from(const Json& json) {
  const auto text = field<std::string>(json, "objective");
  const std::optional<Objective> objective = parse_objective(text);
  if (!objective) throw FieldError("'objective' is '" + text + "', which is none");
  return {.objective = *objective, .steps = field<std::uint32_t>(json, "steps")};
}

Json json_of(const Plan& plan) {
  return {{"name", plan.name},
          {"description", plan.description},
          {"driver", plan.driver},
          {"workloads", plan.workloads},
          {"models", plan.models},
          {"connections", plan.connections},
          {"cells", array_of(plan.cells,
                             [](const PlanCells& cells) {
                               return Json{{"workloads", cells.workloads},
                                           {"connections", cells.connections},
                                           {"driver", cells.driver.empty() ? Json() : Json(cells.driver)},
                                           {"rates", array_of(cells.rates, rate_json)}};
                             })},
          {"rates", array_of(plan.rates, rate_json)},
          {"stall", plan.stall ? stall_json(*plan.stall) : Json()},
          {"search", plan.search ? search_json(*plan.search) : Json()},
          {"repetitions", plan.repetitions},
          {"warmup_ns", plan.warmup.count()},
          {"duration_ns", plan.duration.count()},
          {"seed", plan.seed},
          {"calibration",
           {{"repetitions", plan.calibration.repetitions}, {"cpu_connections", plan.calibration.cpu_connections}}},
          {"weave", plan.weave}};
}

Plan plan_from(const Json& json) {
  const Json& calibration = member(json, "calibration");
  return {.name = field<std::string>(json, "name"),
          .description = field<std::string>(json, "description"),
          .driver = field<std::string>(json, "driver"),
          .workloads = field<std::vector<std::string>>(json, "workloads"),
          .models = field<std::vector<std::string>>(json, "models"),
          .connections = field<std::vector<std::uint32_t>>(json, "connections"),
          .rates = array_from(json, "rates", rate_from),
          .cells = array_from(json, "cells",
                              [](const Json& cells) {
                                return PlanCells{field<std::vector<std::string>>(cells, "workloads"),
                                                 field<std::vector<std::uint32_t>>(cells, "connections"),
                                                 optional_field<std::string>(cells, "driver").value_or(""),
                                                 array_from(cells, "rates", rate_from)};
                              }),
          .repetitions = field<std::uint32_t>(json, "repetitions"),
          .warmup = std::chrono::nanoseconds(field<std::int64_t>(json, "warmup_ns")),
          .duration = std::chrono::nanoseconds(field<std::int64_t>(json, "duration_ns")),
          .seed = field<std::uint64_t>(json, "seed"),
          .stall = optional_object(json, "stall", stall_from),
          .search = optional_object(json, "search", search_from),
          .calibration = {.repetitions = field<std::uint32_t>(calibration, "repetitions"),
                          .cpu_connections = field<std::uint32_t>(calibration, "cpu_connections")},
          .weave = field<bool>(json, "weave")};
}

Json json_of(const ModelDescription& model) {
  return {{"name", model.name},
          {"family", model.family},
          {"summary", model.summary},
          {"build_type", model.build_type},
          {"capabilities", model.capabilities},
          {"predictable", model.predictable},
          {"in_flight_limit", or_null(model.in_flight_limit)}};
}

ModelDescription model_from(const Json& json) {
  return {.name = field<std::string>(json, "name"),
          .family = field<std::string>(json, "family"),
          .summary = field<std::string>(json, "summary"),
          .build_type = field<std::string>(json, "build_type"),
          .capabilities = field<std::vector<std::string>>(json, "capabilities"),
          .predictable = field<bool>(json, "predictable"),
          .in_flight_limit = optional_field<std::uint32_t>(json, "in_flight_limit")};
}

Json json_of(const WorkloadFacts& workload) {
  return {{"name", workload.name},
          {"description", workload.description},
          {"calls_per_request", workload.calls_per_request},
          {"backend_ms_per_request", workload.backend_ms_per_request},
          {"source", workload.source}};
}

WorkloadFacts workload_from(const Json& json) {
  return {.name = field<std::string>(json, "name"),
          .description = field<std::string>(json, "description"),
          .calls_per_request = field<double>(json, "calls_per_request"),
          .backend_ms_per_request = field<double>(json, "backend_ms_per_request"),
          .source = field<std::string>(json, "source")};
}

Json json_of(const HostFacts& host) {
  return {{"hostname", host.hostname},       {"os", host.os},
          {"kernel", host.kernel},           {"cpu_model", host.cpu_model},
          {"cpus_online", host.cpus_online}, {"physical_cores", host.physical_cores},
          {"memory_mib", host.memory_mib},   {"virtualization", host.virtualization},
          {"governor", host.governor},       {"open_files_limit", host.open_files_limit}};
}

HostFacts host_from(const Json& json) {
  return {.hostname = field<std::string>(json, "hostname"),
          .os = field<std::string>(json, "os"),
          .kernel = field<std::string>(json, "kernel"),
          .cpu_model = field<std::string>(json, "cpu_model"),
          .cpus_online = field<std::uint32_t>(json, "cpus_online"),
          .physical_cores = field<std::uint32_t>(json, "physical_cores"),
          .memory_mib = field<std::uint64_t>(json, "memory_mib"),
          .virtualization = field<std::string>(json, "virtualization"),
          .governor = field<std::string>(json, "governor"),
          .open_files_limit = field<std::uint64_t>(json, "open_files_limit")};
}

Json json_of(const CpuLayout& layout) {
  return {{"pinned", layout.pinned},
          {"server", layout.server},
          {"backend", layout.backend},
          {"generator", layout.generator},
          {"server_cores", layout.server_cores}};
}

CpuLayout layout_from(const Json& json) {
  return {.pinned = field<bool>(json, "pinned"),
          .server = field<std::vector<std::uint32_t>>(json, "server"),
          .backend = field<std::vector<std::uint32_t>>(json, "backend"),
          .generator = field<std::vector<std::uint32_t>>(json, "generator"),
          .server_cores = field<std::uint32_t>(json, "server_cores")};
}

}  // namespace

std::string to_json(const RunRecord& run) {
  Json verdicts = Json::object();
  for (const auto& [id, validity] : run.verdicts) verdicts[id] = to_string(validity);
  const Json json{
      {"schema_version", kSchemaVersion},
      {"id", run.id},
      {"version", run.version},
      {"commit", run.commit},
      {"build_type", run.build_type},
      {"started_utc", run.started_utc},
      {"ended_utc", or_null(run.ended_utc)},
      {"complete", run.complete},
      {"plan", json_of(run.plan)},
      {"models", array_of(run.models, [](const ModelDescription& model) { return json_of(model); })},
      {"skipped", array_of(run.skipped,
                           [](const SkippedModel& skipped) {
                             return Json{{"model", skipped.model}, {"reason", skipped.reason}};
                           })},
      {"workloads", array_of(run.workloads, [](const WorkloadFacts& workload) { return json_of(workload); })},
      {"host", json_of(run.host)},
      {"software", run.software},
      {"layout", json_of(run.layout)},
      {"cpu_iterations_per_us", or_null(run.cpu_iterations_per_us)},
      {"order", run.order},
      {"verdicts", verdicts},
      {"warnings", array_of(run.warnings, warning_json)},
  };
  return dumped(json, 2);
}

RunRecord run_from_json(std::string_view text, std::string_view name) {
  return parse_record(text, name, kSchemaVersion, [](const Json& json) {
    RunRecord run;
    run.id = field<std::string>(json, "id");
    run.version = field<std::string>(json, "version");
    run.commit = field<std::string>(json, "commit");
    run.build_type = field<std::string>(json, "build_type");
    run.started_utc = field<std::string>(json, "started_utc");
    run.ended_utc = optional_field<std::string>(json, "ended_utc");
    run.complete = field<bool>(json, "complete");
    run.plan = plan_from(member(json, "plan"));
    run.models = array_from(json, "models", model_from);
    run.skipped = array_from(json, "skipped", [](const Json& skipped) {
      return SkippedModel{.model = field<std::string>(skipped, "model"),
                          .reason = field<std::string>(skipped, "reason")};
    });
    run.workloads = array_from(json, "workloads", workload_from);
    run.host = host_from(member(json, "host"));
    run.software = field<std::map<std::string, std::string>>(json, "software");
    run.layout = layout_from(member(json, "layout"));
    run.cpu_iterations_per_us = optional_field<double>(json, "cpu_iterations_per_us");
    run.order = field<std::vector<std::string>>(json, "order");
    for (const auto& [id, text_of_verdict] : field<std::map<std::string, std::string>>(json, "verdicts")) {
      run.verdicts[id] = validity_from(text_of_verdict);
    }
    run.warnings = array_from(json, "warnings", warning_from);
    return run;
  });
}

}  // namespace interleave
