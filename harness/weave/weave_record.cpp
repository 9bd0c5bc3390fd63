#include "harness/weave/weave_record.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

namespace interleave {
namespace {

std::int64_t ns(TimePoint time) {
  return time.time_since_epoch().count();
}

// What came before the server began with it: its connection was not accepted yet, then nobody had looked at it.
void prepend_arrival(const TracedRequest& traced, std::int64_t sent_ns, std::vector<Span>& spans) {
  const std::int64_t begun = traced.spans.front().begin_ns;
  const std::int64_t accepted = std::clamp(traced.accepted_ns, sent_ns, begun);
  if (accepted > sent_ns) {
    spans.push_back(
        {.state = SpanState::accept_queue, .op = TraceOp::none, .lane = {}, .begin_ns = sent_ns, .end_ns = accepted});
  }
  if (begun > accepted) {
    spans.push_back(
        {.state = SpanState::ready, .op = TraceOp::none, .lane = {}, .begin_ns = accepted, .end_ns = begun});
  }
}

WeaveRequest make_request(const TracedRequest& traced, const TimedReply& reply) {
  WeaveRequest request;
  request.sent_ns = ns(reply.sent);
  request.received_ns = ns(reply.received);
  // The server may see the bytes before send() has returned; it cannot have seen them long before.
  request.sent_ns = std::min(request.sent_ns, traced.spans.front().begin_ns);
  prepend_arrival(traced, request.sent_ns, request.spans);
  for (const Span& span : traced.spans) {
    if (!request.spans.empty() && span.state == SpanState::ready && request.spans.back().state == SpanState::ready) {
      request.spans.back().end_ns = span.end_ns;  // waiting to be looked at, then for a thread: all the same to it
    } else {
      request.spans.push_back(span);
    }
  }
  return request;
}

// Until when the reply cannot have been written. What follows may be after the client has it: a loop that writes
// asynchronously hears of the end of the write later.
std::int64_t needs_until_ns(const WeaveRequest& request) {
  std::int64_t until = request.sent_ns;
  for (const Span& span : request.spans) {
    if (span.state == SpanState::waiting && span.op != TraceOp::write) until = span.end_ns;
  }
  return until;
}

void shift(WeaveRequest& request, std::int64_t origin) {
  request.sent_ns -= origin;
  request.received_ns -= origin;
  for (Span& span : request.spans) {
    span.begin_ns -= origin;
    span.end_ns -= origin;
  }
}

}  // namespace

std::string request_name(std::size_t index) {
  std::string name;
  for (std::size_t rest = index + 1; rest > 0; rest = (rest - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return name;
}

std::vector<WeaveRequest> weave_of(const Trace& trace, const std::vector<TimedReply>& replies,
                                   const std::vector<std::string>& targets) {
  if (trace.dropped > 0) throw std::runtime_error("the trace lacks " + std::to_string(trace.dropped) + " events");
  std::vector<TracedRequest> traced = requests_of(trace);
  const std::size_t count = replies.size();
  if (trace.connections < count) throw std::runtime_error("the server has accepted fewer connections than were made");
  std::erase_if(traced,
                [&](const TracedRequest& request) { return request.connection <= trace.connections - count; });
  if (traced.size() != count) {
    throw std::runtime_error("the trace has " + std::to_string(traced.size()) + " requests for " +
                             std::to_string(count) + " replies");
  }
  std::vector<WeaveRequest> requests;
  for (std::size_t i = 0; i < count; ++i) {
    WeaveRequest request = make_request(traced[i], replies[i]);
    request.name = request_name(i);
    request.target = targets[i];
    if (needs_until_ns(request) > request.received_ns) {
      throw std::runtime_error("the trace cannot be believed: request " + request.name +
                               " was answered before its last wait was over");
    }
    requests.push_back(std::move(request));
  }
  const std::int64_t origin = requests.front().sent_ns;
  for (WeaveRequest& request : requests) shift(request, origin);
  return requests;
}

std::uint32_t renumber_lanes(std::vector<WeaveRequest>& requests) {
  std::vector<std::pair<std::int64_t, std::uint32_t>> uses;
  for (const WeaveRequest& request : requests) {
    for (const Span& span : request.spans) {
      if (span.lane) uses.emplace_back(span.begin_ns, *span.lane);
    }
  }
  std::sort(uses.begin(), uses.end());
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (const auto& [when, lane] : uses) numbers.try_emplace(lane, static_cast<std::uint32_t>(numbers.size()));
  for (WeaveRequest& request : requests) {
    for (Span& span : request.spans) {
      if (span.lane) span.lane = numbers.at(*span.lane);
    }
  }
  return static_cast<std::uint32_t>(numbers.size());
}

std::optional<std::string> overlap_in_lanes(const std::vector<WeaveRequest>& requests) {
  std::vector<std::tuple<std::uint32_t, std::int64_t, std::int64_t, std::string>> runs;
  for (const WeaveRequest& request : requests) {
    for (const Span& span : request.spans) {
      if (span.state == SpanState::running) runs.emplace_back(*span.lane, span.begin_ns, span.end_ns, request.name);
    }
  }
  std::sort(runs.begin(), runs.end());
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const auto& [lane, begin, end, name] = runs[i - 1];
    const auto& [next_lane, next_begin, next_end, next_name] = runs[i];
    if (lane == next_lane && next_begin < end) {
      return fmt::format("lane {} runs {} and {} at the same time", lane, name, next_name);
    }
  }
  return std::nullopt;
}

}  // namespace interleave
