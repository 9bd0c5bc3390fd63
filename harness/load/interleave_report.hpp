// The report of interleave-load (its --json), read as the result of a trial. Pure but for read_interleave_report.
#pragma once
#include <filesystem>
#include <string_view>

#include "harness/record/driver_result.hpp"

namespace interleave {

// Throws DriverReportError (harness/driver/driver.hpp): truncated, of another version, or the books of the generator
// do not balance - every scheduled request has exactly one outcome, and the seconds of a timeline, which a report
// need not have, add up to the same.
[[nodiscard]] DriverResult parse_interleave_report(std::string_view text);
[[nodiscard]] DriverResult read_interleave_report(const std::filesystem::path& report);

}  // namespace interleave
