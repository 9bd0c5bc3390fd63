#include "harness/regress/gate_entry.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/read_file.hpp"
#include "harness/record/json_fields.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string text_of(const fs::path& file, std::string_view hint = "") {
  std::optional<std::string> text = read_file(file);
  if (!text) throw UsageError(file.string() + ": cannot be read" + std::string(hint));
  return std::move(*text);
}

// One cell of a gate: the figures of its head, which stand one after another.
void keep_figure(std::vector<HistoryCell>& cells, const Json& figure, const std::string& driver) {
  const auto model = field<std::string>(figure, "model");
  const auto workload = field<std::string>(figure, "workload");
  const auto connections = field<std::uint32_t>(figure, "connections");
  const auto values = field<std::vector<double>>(figure, "head");
  if (cells.empty() || cells.back().model != model || cells.back().workload != workload ||
      cells.back().load.connections != connections) {
    HistoryCell cell;
    cell.model = model;
    cell.workload = workload;
    cell.load = {.driver = driver, .connections = connections, .rate = {}};
    cells.push_back(std::move(cell));
  }
  if (values.empty()) return;
  cells.back().launches = std::max(cells.back().launches, static_cast<std::uint32_t>(values.size()));
  cells.back().figures[field<std::string>(figure, "figure")] = estimate_over_repetitions(values);
}

}  // namespace

MachineFacts machine_of(const GateRecord& record) {
  return machine_of(record.host, record.layout, record.build_type, record.software);
}

HistoryEntry read_gate_entry(const fs::path& gate_folder) {
  const fs::path gate = gate_folder / kGateFile;
  const GateRecord record = gate_from_json(text_of(gate), gate.string());
  HistoryEntry entry;
  entry.commit = record.head_commit;
  entry.started_utc = record.started_utc;
  entry.source = fs::absolute(gate_folder / "").parent_path().filename().string();
  entry.hostname = record.host.hostname;
  entry.machine = machine_of(record);
  entry.conditions = {
      .plan = "gate", .warmup_ns = record.plan.warmup.count(), .duration_ns = record.plan.duration.count()};
  const fs::path file = gate_folder / "verdict.json";
  const std::string verdict = text_of(file, " (is this the folder of a gate that has ended?)");
  entry.cells = parse_record(verdict, file.string(), kGateSchemaVersion, [&](const Json& json) {
    std::vector<HistoryCell> cells;
    for (const Json& figure : member(json, "figures")) keep_figure(cells, figure, record.plan.driver);
    return cells;
  });
  return entry;
}

}  // namespace interleave
