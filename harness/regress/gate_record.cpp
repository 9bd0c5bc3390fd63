#include "harness/regress/gate_record.hpp"

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.hpp"
#include "harness/record/json_fields.hpp"
#include "harness/regress/gate_exports.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json cell_json(const GateCell& cell) {
  return {{"model", cell.model}, {"workload", cell.workload}, {"connections", cell.connections}};
}

GateCell cell_from(const Json& json) {
  return {.model = field<std::string>(json, "model"),
          .workload = field<std::string>(json, "workload"),
          .connections = field<std::uint32_t>(json, "connections")};
}

Json plan_json(const GatePlan& plan) {
  return {{"cells", array_of(plan.cells, cell_json)},
          {"driver", plan.driver},
          {"screen_pairs", plan.screen_pairs},
          {"confirm_pairs", plan.confirm_pairs},
          {"warmup_ns", plan.warmup.count()},
          {"duration_ns", plan.duration.count()},
          {"seed", plan.seed}};
}

GatePlan plan_from(const Json& json) {
  return {.cells = array_from(json, "cells", cell_from),
          .driver = field<std::string>(json, "driver"),
          .screen_pairs = field<std::uint32_t>(json, "screen_pairs"),
          .confirm_pairs = field<std::uint32_t>(json, "confirm_pairs"),
          .warmup = std::chrono::nanoseconds(field<std::int64_t>(json, "warmup_ns")),
          .duration = std::chrono::nanoseconds(field<std::int64_t>(json, "duration_ns")),
          .seed = field<std::uint64_t>(json, "seed")};
}

Json host_json(const HostFacts& host) {
  return {{"hostname", host.hostname},       {"os", host.os},
          {"kernel", host.kernel},           {"cpu_model", host.cpu_model},
          {"cpus_online", host.cpus_online}, {"physical_cores", host.physical_cores},
          {"memory_mib", host.memory_mib},   {"virtualization", host.virtualization},
          {"governor", host.governor}};
}

HostFacts host_from(const Json& json) {
  HostFacts host;
  host.hostname = field<std::string>(json, "hostname");
  host.os = field<std::string>(json, "os");
  host.kernel = field<std::string>(json, "kernel");
  host.cpu_model = field<std::string>(json, "cpu_model");
  host.cpus_online = field<std::uint32_t>(json, "cpus_online");
  host.physical_cores = field<std::uint32_t>(json, "physical_cores");
  host.memory_mib = field<std::uint64_t>(json, "memory_mib");
  host.virtualization = field<std::string>(json, "virtualization");
  host.governor = field<std::string>(json, "governor");
  return host;
}

Json layout_json(const CpuLayout& layout) {
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

Json figure_json(const GateFigure& figure) {
  const GateResult& result = figure.result;
  Json json = cell_json(figure.cell);
  json["figure"] = figure.kind.name;
  json["unit"] = figure.kind.unit;
  json["gating"] = figure.gating;
  json["note"] = figure.note;
  json["verdict"] = to_string(result.verdict);
  json["effect"] = or_null(result.effect);
  json["effect_low"] = or_null(result.lower);
  json["effect_high"] = or_null(result.upper);
  json["spread"] = result.spread;
  json["minimum_detectable_effect"] = or_null(result.minimum_detectable);
  json["threshold"] = result.threshold;
  json["screen_pairs"] = result.screen_pairs;
  json["confirm_pairs"] = result.confirm_pairs;
  json["base"] = figure.base;
  json["head"] = figure.head;
  return json;
}

Json void_json(const VoidPair& pair) {
  Json json = cell_json(pair.plan.cell);
  json["stage"] = to_string(pair.plan.stage);
  json["pair"] = pair.plan.number;
  json["reason"] = pair.reason;
  return json;
}

Json broken_json(const BrokenCell& broken) {
  Json json = cell_json(broken.cell);
  json["side"] = to_string(broken.side);
  json["reason"] = to_string(broken.finding.reason);
  json["detail"] = broken.finding.detail;
  return json;
}

}  // namespace

std::string to_json(const GateRecord& record) {
  return dumped({{"schema_version", kGateSchemaVersion},
                 {"started_utc", record.started_utc},
                 {"base", record.sides.base},
                 {"head", record.sides.head},
                 {"head_commit", record.head_commit},
                 {"build_type", record.build_type},
                 {"inject", record.inject},
                 {"identical", record.identical},
                 {"plan", plan_json(record.plan)},
                 {"host", host_json(record.host)},
                 {"software", record.software},
                 {"layout", layout_json(record.layout)},
                 {"cpu_iterations_per_us", or_null(record.cpu_iterations_per_us)},
                 {"stalls_ms", record.stalls_ms}},
                1);
}

GateRecord gate_from_json(std::string_view text, std::string_view name) {
  const auto read = [](const Json& json) {
    GateRecord record;
    record.started_utc = field<std::string>(json, "started_utc");
    record.sides = {.base = field<std::string>(json, "base"), .head = field<std::string>(json, "head")};
    record.head_commit = field<std::string>(json, "head_commit");
    record.build_type = field<std::string>(json, "build_type");
    record.inject = field<std::string>(json, "inject");
    record.identical = field<std::vector<std::string>>(json, "identical");
    record.plan = plan_from(member(json, "plan"));
    record.host = host_from(member(json, "host"));
    record.software = field<std::map<std::string, std::string>>(json, "software");
    record.layout = layout_from(member(json, "layout"));
    record.cpu_iterations_per_us = optional_field<double>(json, "cpu_iterations_per_us");
    record.stalls_ms = field<std::map<std::string, double>>(json, "stalls_ms");
    return record;
  };
  return parse_record(text, name, kGateSchemaVersion, read);
}

std::string verdict_json(const GateReport& report, const GateRecord& record) {
  return dumped({{"schema_version", kGateSchemaVersion},
                 {"headline", gate_headline(report)},
                 {"started_utc", record.started_utc},
                 {"base", record.sides.base},
                 {"head", record.sides.head},
                 {"head_commit", record.head_commit},
                 {"build_type", record.build_type},
                 {"plan", plan_json(record.plan)},
                 {"host", host_json(record.host)},
                 {"software", record.software},
                 {"layout", layout_json(record.layout)},
                 {"inject", record.inject},
                 {"identical", record.identical},
                 {"pairs", report.pairs},
                 {"figures", array_of(report.figures, figure_json)},
                 {"void", array_of(report.voided, void_json)},
                 {"invalid", array_of(report.broken, broken_json)}},
                1);
}

void write_gate_results(const std::filesystem::path& folder, const GateReport& report, const GateRecord& record) {
  const std::filesystem::path exports = folder / "exports";
  std::filesystem::create_directories(exports);
  for (const Side side : {Side::base, Side::head}) {
    const BenchmarkContext context{.date = record.started_utc,
                                   .host_name = record.host.hostname,
                                   .executable = side == Side::base ? record.sides.base : record.sides.head,
                                   .cpus = record.host.cpus_online,
                                   .build_type = record.build_type == "Release" ? "release" : "debug"};
    write_atomically(exports / ("benchmark-" + std::string(to_string(side)) + ".json"),
                     google_benchmark_json(report, side, context));
  }
  write_atomically(exports / "smaller_is_better.json", smaller_is_better_json(report));
  write_atomically(exports / "bigger_is_better.json", bigger_is_better_json(report));
  write_atomically(exports / "bencher.json", bencher_json(report));
  write_atomically(exports / "junit.xml", junit_xml(report));
  write_atomically(exports / "launches.csv", csv(report));
  write_atomically(folder / "summary.md", gate_markdown(report, record.sides));
  write_atomically(folder / "verdict.json", verdict_json(report, record));
}

}  // namespace interleave
