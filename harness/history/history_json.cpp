// The lines of the history.
#include <nlohmann/json.hpp>

#include "harness/history/history_file.hpp"
#include "harness/record/json_fields.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json estimate_json(const Estimate& value) {
  return {{"estimate", value.estimate}, {"low", or_null(value.low)}, {"high", or_null(value.high)}};
}

Estimate estimate_from(const Json& json) {
  return {.estimate = field<double>(json, "estimate"),
          .low = optional_field<double>(json, "low"),
          .high = optional_field<double>(json, "high")};
}

Json machine_json(const MachineFacts& machine) {
  return {{"fingerprint", fingerprint(machine)},
          {"cpu_model", machine.cpu_model},
          {"cpus_online", machine.cpus_online},
          {"physical_cores", machine.physical_cores},
          {"memory_gib", machine.memory_gib},
          {"os", machine.os},
          {"kernel", machine.kernel},
          {"virtualization", machine.virtualization},
          {"governor", machine.governor},
          {"pinned", machine.pinned},
          {"server_cores", machine.server_cores},
          {"build_type", machine.build_type},
          {"compiler", machine.compiler},
          {"flags", machine.flags}};
}

MachineFacts machine_from(const Json& json) {
  MachineFacts machine{.cpu_model = field<std::string>(json, "cpu_model"),
                       .cpus_online = field<std::uint32_t>(json, "cpus_online"),
                       .physical_cores = field<std::uint32_t>(json, "physical_cores"),
                       .memory_gib = field<std::uint64_t>(json, "memory_gib"),
                       .os = field<std::string>(json, "os"),
                       .kernel = field<std::string>(json, "kernel"),
                       .virtualization = field<std::string>(json, "virtualization"),
                       .governor = field<std::string>(json, "governor"),
                       .pinned = field<bool>(json, "pinned"),
                       .server_cores = field<std::uint32_t>(json, "server_cores"),
                       .build_type = field<std::string>(json, "build_type"),
                       .compiler = field<std::string>(json, "compiler"),
                       .flags = field<std::string>(json, "flags")};
  if (field<std::string>(json, "fingerprint") != fingerprint(machine)) {
    throw FieldError("'fingerprint' does not fit the machine it stands beside");
  }
  return machine;
}

Json cell_json(const HistoryCell& cell) {
  Json figures = Json::object();
  for (const auto& [name, value] : cell.figures) figures[name] = estimate_json(value);
  return {{"model", cell.model},        {"workload", cell.workload},
          {"driver", cell.load.driver}, {"load", load_json(cell.load)},
          {"launches", cell.launches},  {"validity", to_string(cell.validity)},
          {"figures", figures}};
}

HistoryCell cell_from(const Json& json) {
  HistoryCell cell;
  cell.model = field<std::string>(json, "model");
  cell.workload = field<std::string>(json, "workload");
  cell.load = load_from(member(json, "load"), field<std::string>(json, "driver"));
  cell.launches = field<std::uint32_t>(json, "launches");
  cell.validity = validity_from(field<std::string>(json, "validity"));
  const Json& figures = member(json, "figures");
  if (!figures.is_object()) throw FieldError("'figures' is not an object");
  for (const auto& [name, value] : figures.items()) cell.figures[name] = estimate_from(value);
  return cell;
}

}  // namespace

std::string to_line(const HistoryEntry& entry) {
  return dumped({{"schema_version", kHistorySchemaVersion},
                 {"commit", entry.commit},
                 {"started_utc", entry.started_utc},
                 {"source", entry.source},
                 {"hostname", entry.hostname},
                 {"machine", machine_json(entry.machine)},
                 {"conditions",
                  {{"plan", entry.conditions.plan},
                   {"warmup_ns", entry.conditions.warmup_ns},
                   {"duration_ns", entry.conditions.duration_ns}}},
                 {"cells", array_of(entry.cells, cell_json)}},
                -1);
}

HistoryEntry entry_from_line(std::string_view line, std::string_view name) {
  const auto read = [](const Json& json) -> HistoryEntry {
    const Json& conditions = member(json, "conditions");
    return {.commit = field<std::string>(json, "commit"),
            .started_utc = field<std::string>(json, "started_utc"),
            .source = field<std::string>(json, "source"),
            .hostname = field<std::string>(json, "hostname"),
            .machine = machine_from(member(json, "machine")),
            .conditions = {.plan = field<std::string>(conditions, "plan"),
                           .warmup_ns = field<std::int64_t>(conditions, "warmup_ns"),
                           .duration_ns = field<std::int64_t>(conditions, "duration_ns")},
            .cells = array_from(json, "cells", cell_from)};
  };
  return parse_record(line, name, kHistorySchemaVersion, read, " (mend the line or remove it)");
}

}  // namespace interleave
