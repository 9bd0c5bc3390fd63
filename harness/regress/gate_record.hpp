// What is stored of a gate beside its launches (base/trials/*.json, head/trials/*.json): gate.json, rewritten after
// every launch, so that an interrupted gate can go on; verdict.json, the report for programs, derived from both.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.hpp"
#include "harness/regress/gate_plan.hpp"
#include "harness/regress/gate_report.hpp"
#include "harness/regress/gate_text.hpp"

namespace interleave {

inline constexpr int kGateSchemaVersion = 1;
inline constexpr const char* kGateFile = "gate.json";  // in its folder

struct GateRecord {
  std::string started_utc;
  GateSides sides;
  std::string head_commit;  // empty: not known (a command)
  std::string build_type;   // of the harness, which is the head's
  GatePlan plan;
  HostFacts host;
  std::map<std::string, std::string> software;
  std::string inject;                  // the slowdown put into the head, as "cpu=10%"; empty: none
  std::vector<std::string> identical;  // models not measured: base and head are the same program
  CpuLayout layout;
  std::optional<double> cpu_iterations_per_us;
  std::map<std::string, double> stalls_ms;  // by launch id, of the launches that are complete
};

[[nodiscard]] std::string to_json(const GateRecord& record);
// Throws UsageError "<name>: what is wrong".
[[nodiscard]] GateRecord gate_from_json(std::string_view text, std::string_view name);

// docs/schemas/verdict.schema.json.
[[nodiscard]] std::string verdict_json(const GateReport& report, const GateRecord& record);

// Everything that is derived: verdict.json, summary.md and exports/. Each file atomically.
void write_gate_results(const std::filesystem::path& folder, const GateReport& report, const GateRecord& record);

}  // namespace interleave
