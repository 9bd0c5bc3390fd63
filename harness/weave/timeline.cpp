#include "harness/weave/timeline.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace interleave {
namespace {

constexpr std::array<std::string_view, 7> kNames{"nothing", "accepted", "ready", "running",
                                                 "waiting", "idle",     "closed"};

std::string_view name_of(TraceState state) {
  const auto index = static_cast<std::size_t>(state);
  return index < kNames.size() ? kNames[index] : "an unknown state";
}

// What may come after a state: a table of docs/tracing.md.
bool may_follow(TraceState before, TraceState after) {
  using enum TraceState;
  switch (before) {
    case accepted:
      return after == idle || after == ready || after == running || after == closed;
    case idle:
      return after == ready || after == running || after == closed;
    case ready:
      return after == running || after == closed;
    case running:
      return after == waiting || after == idle || after == closed;
    case waiting:
      return after == running || after == ready || after == closed;
    case none:
      return after == accepted;
    case closed:
      break;
  }
  return false;
}

bool in_request(TraceState state) {
  return state == TraceState::ready || state == TraceState::running || state == TraceState::waiting;
}

Span span_between(const TraceEvent& event, const TraceEvent& next) {
  Span span;
  span.begin_ns = static_cast<std::int64_t>(event.time_ns);
  span.end_ns = static_cast<std::int64_t>(next.time_ns);
  if (event.state == TraceState::ready) {
    span.state = SpanState::ready;
  } else if (event.state == TraceState::running) {
    span.state = SpanState::running;
    span.lane = event.lane;
  } else {
    span.state = SpanState::waiting;
    span.op = static_cast<TraceOp>(event.detail);
    if (next.state == TraceState::running && next.detail == kHeldThread) span.lane = event.lane;
  }
  return span;
}

void append_requests(std::uint32_t connection, std::span<const TraceEvent> events,
                     std::vector<TracedRequest>& requests) {
  TraceEvent before;
  TracedRequest request{
      .connection = connection, .accepted_ns = static_cast<std::int64_t>(events.front().time_ns), .spans = {}};
  for (const TraceEvent& event : events) {
    if (!may_follow(before.state, event.state)) {
      throw std::runtime_error("the trace cannot be believed: on connection " + std::to_string(connection) + ' ' +
                               std::string(name_of(event.state)) + " follows " + std::string(name_of(before.state)));
    }
    // NOLINTNEXTLINE(readability-suspicious-call-argument): from the event before to this one
    if (in_request(before.state)) request.spans.push_back(span_between(before, event));
    if (!in_request(event.state) && !request.spans.empty()) {
      requests.push_back(request);
      request.spans.clear();
    }
    before = event;
  }
}

}  // namespace

std::vector<TracedRequest> requests_of(const Trace& trace) {
  std::map<std::uint32_t, std::vector<TraceEvent>> connections;
  for (const TraceEvent& event : trace.events) connections[event.connection].push_back(event);
  std::vector<TracedRequest> requests;
  for (const auto& [connection, events] : connections) append_requests(connection, events, requests);
  return requests;
}

}  // namespace interleave
