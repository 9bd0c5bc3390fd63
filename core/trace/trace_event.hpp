// What a trace is made of: moments at which a client connection of a server enters another state. Each event ends the
// state before it, so the states of a connection have neither gaps nor overlaps; a request is what lies between two
// `idle`. Plain values, 16 bytes, written to the file as they are (docs/tracing.md).
#pragma once
#include <bit>
#include <cstdint>
#include <type_traits>

namespace interleave {

enum class TraceState : std::uint8_t {
  none = 0,
  accepted = 1,  // the connection exists and has no request yet
  ready = 2,     // its request could go on and waits for a thread
  running = 3,   // a thread works on it
  waiting = 4,   // for an operation, see TraceOp
  idle = 5,      // its request has been answered; it waits for its client's next one
  closed = 6,    // no more requests: answered and ended, or given up
};

enum class TraceOp : std::uint8_t { none = 0, read = 1, write = 2, backend = 3, file = 4, sleep = 5 };

// Of `running`: the wait that ends here has held its thread all the time.
inline constexpr std::uint8_t kHeldThread = 1;

struct TraceEvent {
  std::uint64_t time_ns = 0;     // steady clock (CLOCK_MONOTONIC), the same in all processes of a machine
  std::uint32_t connection = 0;  // in order of acceptance, from 1
  std::uint16_t lane = 0;        // the thread, numbered; a thread that ends leaves its number to a later one
  TraceState state = TraceState::none;
  std::uint8_t detail = 0;  // waiting: a TraceOp; running: kHeldThread or 0
};
static_assert(sizeof(TraceEvent) == 16 && std::is_trivially_copyable_v<TraceEvent>);
static_assert(std::endian::native == std::endian::little, "trace files are little-endian");

}  // namespace interleave
