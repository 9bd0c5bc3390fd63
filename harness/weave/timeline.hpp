// What a trace says of each request, as spans of time: pure functions over the events of core/trace.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/trace/trace_recorder.hpp"

namespace interleave {

enum class SpanState : std::uint8_t {
  accept_queue,  // sent, and its connection is not accepted yet
  ready,         // could go on, and waits for a thread
  running,
  waiting
};

// Times in ns; on which scale says the owner.
struct Span {
  SpanState state = SpanState::running;
  TraceOp op = TraceOp::none;         // of waiting
  std::optional<std::uint32_t> lane;  // the thread that runs it or that its wait holds
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

struct TracedRequest {
  std::uint32_t connection = 0;
  std::int64_t accepted_ns = 0;  // its connection
  std::vector<Span> spans;       // without gaps: ready, running, waiting
};

// Every request that ended, by connection, then by time. Throws std::runtime_error, with one line that names the
// connection, where states do not follow each other as they must (docs/tracing.md): the trace is then not to be
// believed.
[[nodiscard]] std::vector<TracedRequest> requests_of(const Trace& trace);

}  // namespace interleave
