#include "core/service/counters.hpp"

namespace interleave {

CounterTotals Counters::totals() const noexcept {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  CounterTotals totals;
  for (const Shard& shard : shards_) {
    // Responses before requests: a snapshot never shows more answers than requests.
    for (std::size_t i = 0; i < kStatuses.size(); ++i) totals.responses[i] += shard.responses[i].load(kRelaxed);
    totals.requests += shard.requests.load(kRelaxed);
    totals.backend_errors += shard.backend_errors.load(kRelaxed);
    totals.backend_calls += shard.backend_calls.load(kRelaxed);
    totals.connections_reset += shard.connections_reset.load(kRelaxed);
    totals.connections_closed += shard.connections_closed.load(kRelaxed);
    totals.connections_accepted += shard.connections_accepted.load(kRelaxed);
    totals.connections_answered += shard.connections_answered.load(kRelaxed);
    totals.connections_ended += shard.connections_ended.load(kRelaxed);
    totals.ended_responses += shard.ended_responses.load(kRelaxed);
    totals.ended_responses_squared += shard.ended_responses_squared.load(kRelaxed);
    totals.ended_unanswered += shard.ended_unanswered.load(kRelaxed);
    totals.threads_created += shard.threads_created.load(kRelaxed);
    totals.bytes_in += shard.bytes_in.load(kRelaxed);
    totals.bytes_out += shard.bytes_out.load(kRelaxed);
  }
  totals.in_flight = in_flight_.load(kRelaxed);
  totals.max_in_flight = max_in_flight_.load(kRelaxed);
  totals.trace_events_dropped = trace_events_dropped_.load(kRelaxed);
  return totals;
}

}  // namespace interleave
