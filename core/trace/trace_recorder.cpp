#include "core/trace/trace_recorder.hpp"

#include <algorithm>

#include "core/base/clock.hpp"

namespace interleave {

// The vector's zeros are written here, so no page fault comes later.
TraceRecorder::TraceRecorder(std::atomic<std::uint64_t>& dropped, std::size_t blocks)
    : dropped_(dropped), events_(blocks * kBlockEvents), lanes_(std::make_unique<std::array<Lane, kMostLanes>>()) {}

// The first that is free, so that few threads at a time need few lanes, however many are born.
TraceRecorder::Lane* TraceRecorder::take_lane() noexcept {
  for (Lane& lane : *lanes_) {
    if (!lane.taken.load(std::memory_order_relaxed) && !lane.taken.exchange(true, std::memory_order_acquire)) {
      return &lane;
    }
  }
  return nullptr;
}

// A block given away lies behind all given before: in memory, too, a lane's events are in order.
void TraceRecorder::give_block(Lane& lane) noexcept {
  const std::size_t given = blocks_given_.fetch_add(1, std::memory_order_relaxed);
  if (given >= events_.size() / kBlockEvents) {
    blocks_given_.store(events_.size() / kBlockEvents, std::memory_order_relaxed);  // lest it wraps around
    return;
  }
  lane.next = &events_[given * kBlockEvents];
  lane.end = lane.next + kBlockEvents;
}

void TraceRecorder::record(Lane* lane, std::uint32_t connection, TraceState state, std::uint8_t detail) noexcept {
  if (lane != nullptr && lane->next == lane->end) give_block(*lane);
  if (lane == nullptr || lane->next == lane->end) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  *lane->next++ = {.time_ns = static_cast<std::uint64_t>(now().time_since_epoch().count()),
                   .connection = connection,
                   .lane = static_cast<std::uint16_t>(lane - lanes_->data()),
                   .state = state,
                   .detail = detail};
}

Trace TraceRecorder::collect() const {
  Trace trace;
  trace.dropped = dropped_.load(std::memory_order_relaxed);
  trace.connections = connections_.load(std::memory_order_relaxed);
  for (const TraceEvent& event : events_) {
    if (event.state == TraceState::none) continue;
    trace.events.push_back(event);
    trace.lanes = std::max<std::uint32_t>(trace.lanes, event.lane + 1U);
  }
  std::stable_sort(trace.events.begin(), trace.events.end(),
                   [](const TraceEvent& a, const TraceEvent& b) { return a.time_ns < b.time_ns; });
  return trace;
}

}  // namespace interleave
