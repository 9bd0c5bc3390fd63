#include "harness/load/generator/request_log.hpp"

#include <iterator>

#include <fmt/format.h>

namespace interleave {

std::string request_log_csv(const RequestLog& log) {
  std::string text = "id,phase,outcome,intended_ns,sent_ns,ended_ns\n";
  const auto out = std::back_inserter(text);
  const auto ns = [](TimePoint time) { return time.time_since_epoch().count(); };
  for (const RequestRecord& record : log.records()) {
    fmt::format_to(out, "{},{},{},{},", record.request.id, record.request.measured ? "window" : "warmup",
                   name_of(record.outcome), ns(record.request.intended));
    if (record.sent != kNever) fmt::format_to(out, "{}", ns(record.sent));
    fmt::format_to(out, ",{}\n", ns(record.ended));
  }
  return text;
}

}  // namespace interleave
