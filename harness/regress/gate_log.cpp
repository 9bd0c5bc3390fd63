#include "harness/regress/gate_log.hpp"

#include <nlohmann/json.hpp>

#include "harness/record/json_fields.hpp"
#include "harness/regress/gate_entry.hpp"

namespace interleave {
namespace {

nlohmann::ordered_json gating_json(const GateFigure& figure) {
  return {{"model", figure.cell.model},
          {"workload", figure.cell.workload},
          {"connections", figure.cell.connections},
          {"figure", figure.kind.name},
          {"verdict", to_string(figure.result.verdict)},
          {"effect", or_null(figure.result.effect)},
          {"spread", figure.result.spread},
          {"screen_pairs", figure.result.screen_pairs},
          {"confirm_pairs", figure.result.confirm_pairs}};
}

}  // namespace

std::string gate_log_line(const GateReport& report, const GateRecord& record, int exit_code) {
  std::vector<GateFigure> gating;
  for (const GateFigure& figure : report.figures) {
    if (figure.gating) gating.push_back(figure);
  }
  return dumped({{"schema_version", kGateSchemaVersion},
                 {"started_utc", record.started_utc},
                 {"hostname", record.host.hostname},
                 {"fingerprint", fingerprint(machine_of(record))},
                 {"base", record.sides.base},
                 {"head", record.sides.head},
                 {"inject", record.inject},
                 {"seed", record.plan.seed},
                 {"screen_pairs", record.plan.screen_pairs},
                 {"confirm_pairs", record.plan.confirm_pairs},
                 {"warmup_ns", record.plan.warmup.count()},
                 {"duration_ns", record.plan.duration.count()},
                 {"exit", exit_code},
                 {"pairs", report.pairs},
                 {"void_pairs", report.voided.size()},
                 {"invalid_cells", report.broken.size()},
                 {"figures", array_of(gating, gating_json)}},
                -1);
}

}  // namespace interleave
