// What a session waits for. The session hands out one operation at a time; the server model decides how to wait for
// it. Plain values: nothing here owns memory. Spans and views in an operation stay valid until the session's next
// call.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>
#include <variant>

#include "core/base/clock.hpp"

namespace interleave {

// From the client, into the model's own buffer; answered by Session::complete_read (or complete with an error).
// `idle`: between requests, nothing read yet - a model may park the connection here.
struct ReadOp {
  TimePoint deadline;
  bool idle = false;
};

// To the client; complete when all bytes are out.
struct WriteOp {
  std::span<const std::byte> bytes;
  TimePoint deadline;
};

// One call to the simulated backend. `request` is the encoded RESP command, owned by the session. The model fills in
// `error` (none: answered; timed_out: deadline passed; resource_unavailable_try_again: the model's own limit of calls
// is reached, it was not made; anything else: could not connect, refused, reset, or an error reply) and `reply_bytes`
// (length of the bulk reply). Until then the error is no_outcome_yet().
struct BackendCall {
  std::string_view request;
  std::error_code error;
  std::uint32_t reply_bytes = 0;
};

[[nodiscard]] inline std::error_code no_outcome_yet() noexcept {
  return std::make_error_code(std::errc::operation_in_progress);
}

// Calls that may overlap. Outcomes are per call; the whole operation is completed with an empty IoResult when every
// call has an outcome, or with timed_out after the model has detached the calls still open.
struct BackendOp {
  std::span<BackendCall> calls;
  TimePoint deadline;
};

// A pause of the request, counted from when the model starts it: the session has no clock, and CPU steps may have run
// since it was told the time. Completed with an empty IoResult, not before its time.
struct SleepOp {
  std::chrono::nanoseconds duration;
};

// Open the file, read it into `buffer` until that is full or the file ends, close it. Completed with the bytes read,
// or an error.
struct FileReadOp {
  const std::filesystem::path* path;  // of the Service, which outlives the session
  std::span<std::byte> buffer;
};

// A request has been answered and the next one has been read already; only where
// SessionOptions::yield_between_requests is set. Complete it with an empty IoResult when the next request may run.
struct BoundaryOp {};

// Close the client connection and destroy the session. Has no completion.
struct CloseOp {};

using IoOp = std::variant<ReadOp, WriteOp, BackendOp, SleepOp, FileReadOp, BoundaryOp, CloseOp>;

struct IoResult {
  std::size_t bytes = 0;
  std::error_code error;
};

[[nodiscard]] inline bool is_close(const IoOp& op) noexcept {
  return std::holds_alternative<CloseOp>(op);
}

}  // namespace interleave
