// One line on how a gate ended (docs/schemas/gates.schema.json), for a log from which none is removed: of gates whose
// truth is known - equal builds, or a slowdown that was put in - it says how often the gate is right.
#pragma once
#include <string>

#include "harness/regress/gate_record.hpp"
#include "harness/regress/gate_report.hpp"

namespace interleave {

[[nodiscard]] std::string gate_log_line(const GateReport& report, const GateRecord& record, int exit_code);

}  // namespace interleave
