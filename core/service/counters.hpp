// What a server counts, so that every request can be accounted for.
//
// Counters are written on the request path by any thread and summed at any time, also from a signal handler: relaxed
// atomics in cache-line-sized shards, no lock, no allocation. A sum taken while requests run is a snapshot: each
// counter is exact, but two counters may be a request apart.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace interleave {

// Statuses a server of the suite can answer; anything else is a programming error.
inline constexpr std::array<int, 14> kStatuses{200, 400, 404, 405, 408, 413, 417, 431, 500, 501, 502, 503, 504, 505};

// Index of a status in kStatuses; the index of 500 for a status not listed.
[[nodiscard]] constexpr std::size_t status_index(int status) noexcept {
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    if (kStatuses[i] == status) return i;
  }
  return 8;
}

struct CounterTotals {
  std::uint64_t requests = 0;  // request heads accepted for an answer, malformed ones included
  std::array<std::uint64_t, kStatuses.size()> responses{};  // handed to the socket, by status
  std::uint64_t backend_calls = 0;                          // calls the session asked for
  std::uint64_t backend_errors = 0;                         // of them, without a good reply
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_closed = 0;
  std::uint64_t connections_reset = 0;     // of those closed: ended by the peer's reset or a failed write
  std::uint64_t connections_answered = 0;  // that were sent at least one response
  // Connections whose session has ended, and the responses on each: how evenly were clients served? Jain's index of n
  // connections is (sum of responses)^2 / (n x sum of their squares).
  std::uint64_t connections_ended = 0;
  std::uint64_t ended_responses = 0;
  std::uint64_t ended_responses_squared = 0;
  std::uint64_t ended_unanswered = 0;  // without one response
  std::uint64_t threads_created = 0;   // beyond the first
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t in_flight = 0;      // requests begun and not answered, now
  std::uint64_t max_in_flight = 0;  // since the start
  std::uint64_t trace_events_dropped = 0;

  [[nodiscard]] std::uint64_t all_responses() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : responses) sum += count;
    return sum;
  }
};

class Counters {
 public:
  struct alignas(64) Shard {
    std::atomic<std::uint64_t> requests{0};
    std::array<std::atomic<std::uint64_t>, kStatuses.size()> responses{};
    std::atomic<std::uint64_t> backend_calls{0};
    std::atomic<std::uint64_t> backend_errors{0};
    std::atomic<std::uint64_t> connections_accepted{0};
    std::atomic<std::uint64_t> connections_closed{0};
    std::atomic<std::uint64_t> connections_reset{0};
    std::atomic<std::uint64_t> connections_answered{0};
    std::atomic<std::uint64_t> connections_ended{0};
    std::atomic<std::uint64_t> ended_responses{0};
    std::atomic<std::uint64_t> ended_responses_squared{0};
    std::atomic<std::uint64_t> ended_unanswered{0};
    std::atomic<std::uint64_t> threads_created{0};
    std::atomic<std::uint64_t> bytes_in{0};
    std::atomic<std::uint64_t> bytes_out{0};

    // A session ends that answered so many requests.
    void connection_ends(std::uint64_t responses_sent) noexcept;
  };

  Counters() = default;
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  // The shard of a thread that calls itself number `thread`; single-threaded models use 0.
  [[nodiscard]] Shard& shard(unsigned thread) noexcept { return shards_[thread % kShards]; }

  void request_begins() noexcept {
    const std::uint64_t in_flight = in_flight_.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint64_t seen = max_in_flight_.load(std::memory_order_relaxed);
    while (in_flight > seen && !max_in_flight_.compare_exchange_weak(seen, in_flight, std::memory_order_relaxed)) {
    }
  }
  void request_ends() noexcept { in_flight_.fetch_sub(1, std::memory_order_relaxed); }

  // Of the trace, if the server records one: events that found no room.
  [[nodiscard]] std::atomic<std::uint64_t>& trace_events_dropped() noexcept { return trace_events_dropped_; }

  // Async-signal-safe.
  [[nodiscard]] CounterTotals totals() const noexcept;

 private:
  static constexpr unsigned kShards = 16;
  std::array<Shard, kShards> shards_{};
  alignas(64) std::atomic<std::uint64_t> in_flight_{0};
  std::atomic<std::uint64_t> max_in_flight_{0};
  std::atomic<std::uint64_t> trace_events_dropped_{0};
};

// Adds to a counter of the caller's own shard.
inline void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
  counter.fetch_add(by, std::memory_order_relaxed);
}

inline void Counters::Shard::connection_ends(std::uint64_t responses_sent) noexcept {
  bump(connections_ended);
  bump(ended_responses, responses_sent);
  bump(ended_responses_squared, responses_sent * responses_sent);
  if (responses_sent == 0) bump(ended_unanswered);
}

}  // namespace interleave
