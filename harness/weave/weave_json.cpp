// The two files of a weave: docs/schemas/weave.schema.json, and the Trace Event Format that Perfetto and Chrome read.
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/version.hpp"
#include "harness/record/json_fields.hpp"
#include "harness/weave/weave_record.hpp"
#include "interleave_version.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::pair<SpanState, std::string_view> kStates[] = {{SpanState::accept_queue, "accept_queue"},
                                                              {SpanState::ready, "ready"},
                                                              {SpanState::running, "running"},
                                                              {SpanState::waiting, "waiting"}};
constexpr std::pair<TraceOp, std::string_view> kOps[] = {{TraceOp::none, "none"},   {TraceOp::read, "read"},
                                                         {TraceOp::write, "write"}, {TraceOp::backend, "backend"},
                                                         {TraceOp::file, "file"},   {TraceOp::sleep, "sleep"}};
constexpr int kWeaveVersion = 1;
constexpr int kProcess = 1;

Json json_of(const Span& span) {
  Json json{{"state", name_of(kStates, span.state)},
            {"op", nullptr},
            {"lane", or_null(span.lane)},
            {"begin_ns", span.begin_ns},
            {"end_ns", span.end_ns}};
  if (span.state == SpanState::waiting) json["op"] = name_of(kOps, span.op);
  return json;
}

Json json_of(const WeaveRequest& request) {
  return {{"name", request.name},
          {"target", request.target},
          {"sent_ns", request.sent_ns},
          {"received_ns", request.received_ns},
          {"predicted_ns", request.predicted_ns},
          {"spans", array_of(request.spans, [](const Span& span) { return json_of(span); })}};
}

double microseconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e3;
}

std::string span_name(const Span& span) {
  switch (span.state) {
    case SpanState::accept_queue:
      return "accept queue";
    case SpanState::ready:
      return "ready";
    case SpanState::running:
      return "running";
    case SpanState::waiting:
      break;
  }
  return "waiting: " + std::string(name_of(kOps, span.op));
}

Json metadata(const char* what, std::uint32_t thread, const std::string& name) {
  return {{"ph", "M"}, {"name", what}, {"pid", kProcess}, {"tid", thread}, {"args", {{"name", name}}}};
}

Json async(const char* phase, const std::string& name, const std::string& id, std::int64_t at_ns) {
  return {{"ph", phase}, {"cat", "request"},         {"name", name}, {"id", id}, {"pid", kProcess},
          {"tid", 1},    {"ts", microseconds(at_ns)}};
}

void append_lane_events(const WeaveRequest& request, Json& events) {
  for (const Span& span : request.spans) {
    if (!span.lane) continue;
    const bool waits = span.state == SpanState::waiting;
    events.push_back({{"ph", "X"},
                      {"cat", "lane"},
                      {"name", "request " + request.name + (waits ? " holds the thread" : "")},
                      {"pid", kProcess},
                      {"tid", *span.lane + 1},
                      {"ts", microseconds(span.begin_ns)},
                      {"dur", microseconds(span.end_ns - span.begin_ns)},
                      {"args", {{"state", span_name(span)}}}});
  }
}

void append_request_events(const WeaveRequest& request, Json& events) {
  const std::string& id = request.name;
  const std::string whole = "request " + request.name;
  events.push_back(async("b", whole, id, request.spans.front().begin_ns));
  for (const Span& span : request.spans) {
    events.push_back(async("b", span_name(span), id, span.begin_ns));
    events.push_back(async("e", span_name(span), id, span.end_ns));
  }
  events.push_back(async("e", whole, id, request.spans.back().end_ns));
}

}  // namespace

std::string to_json(const WeaveRecord& weave) {
  return dumped(
      {{"schema_version", kWeaveVersion},
       {"version", kVersion},
       {"commit", build_commit()},
       {"model", weave.model},
       {"family", weave.family},
       {"workload", weave.workload},
       {"workload_source", weave.workload_source},
       {"in_flight_limit", or_null(weave.in_flight_limit)},
       {"cores", weave.cores},
       {"finish_ns", weave.finish_ns},
       {"kept", weave.kept},
       {"predicted_finish_ns", weave.predicted_finish_ns},
       {"lanes", weave.lanes},
       {"requests", array_of(weave.requests, [](const WeaveRequest& request) { return json_of(request); })}},
      1);
}

std::string to_perfetto(const WeaveRecord& weave) {
  Json events = Json::array();
  events.push_back(metadata("process_name", 0, weave.model));
  for (std::uint32_t lane = 0; lane < weave.lanes; ++lane) {
    events.push_back(metadata("thread_name", lane + 1, "thread " + std::to_string(lane + 1)));
  }
  for (const WeaveRequest& request : weave.requests) append_lane_events(request, events);
  for (const WeaveRequest& request : weave.requests) append_request_events(request, events);
  return dumped({{"displayTimeUnit", "ms"},
                 {"otherData", {{"model", weave.model}, {"workload", weave.workload}, {"commit", build_commit()}}},
                 {"traceEvents", events}},
                -1);
}

}  // namespace interleave
