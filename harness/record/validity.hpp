// Verdicts on a trial, and the closed list of reasons for them (docs/schemas/trial.schema.json has the same list).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

// ok: all sums agree. suspect: the numbers stand, but something besides the model shaped them; not ranked.
// invalid: the numbers may not be used.
enum class Validity : std::uint8_t { ok, suspect, invalid };

enum class Reason : std::uint8_t {
  // Nothing was measured: invalid.
  backend_start_failed,
  server_start_failed,
  verify_failed,  // wrong status or body, or calls not made, before the measurement
  not_quiet,      // the backend was still busy with the warm-up's requests at the deadline
  server_died,
  backend_died,
  generator_failed,       // the generator could not run, or its report is missing or unreadable
  skipped_not_supported,  // the server said so (exit 77)
  interrupted,            // Ctrl-C or SIGTERM to the harness
  harness_error,          // the harness could not do its part (the detail says what)
  rate_unknown,           // a share of the predicted capacity was asked for, and there is no prediction
  // The sums do not agree: invalid.
  no_responses,            // the client got no reply at all
  responses_mismatch,      // client and server count different numbers of responses
  backend_calls_mismatch,  // the backend saw other calls than the responses need
  client_errors,           // more than 0.1 % of the requests failed at the client
  wrong_status,            // replies with another status than the workload expects
  // The numbers stand, with doubt: suspect.
  overload,           // more than 0.1 % of the replies were 503, or an open loop was not answered as fast as it asked
  wrk_checksum,       // wrk's rewriting of latencies could not be undone with proof
  backend_late,       // mean lateness of the backend above 5 % of the mean delay
  generator_bound,    // the generator's core was the limit
  steal,              // the host took more than 2 % of the CPU time
  generator_suspect,  // the generator's own checks do not all hold (late, interrupted, or stalled)
  // Throughput is valid and the trial ok, but latency is null.
  wrk_capped,        // the histogram was too large to export
  window_too_short,  // fewer than 50 requests per connection: the window cuts off a large part
  starved,           // some connections got no reply at all while the others got many
  server_closes,     // the server closes connections: connecting is part of the cycle and not of the latency
  latency_gap,       // Little's law does not hold, none of the known reasons applies
};

inline constexpr std::size_t kReasonCount = static_cast<std::size_t>(Reason::latency_gap) + 1;

struct Finding {
  Reason reason = Reason::harness_error;
  std::string detail;  // figures or the failing message, one line
};

// Something the reader should know that does not change the verdict.
struct Warning {
  std::string text;
  std::string hint;  // what to do about it; may be empty
};

[[nodiscard]] std::string_view to_string(Validity validity) noexcept;
[[nodiscard]] std::string_view to_string(Reason reason) noexcept;
[[nodiscard]] std::optional<Validity> parse_validity(std::string_view text) noexcept;
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view text) noexcept;

// What a reason makes of a trial. Reasons that only void the latency leave it ok.
[[nodiscard]] Validity consequence(Reason reason) noexcept;
// True for reasons that make the latency null while throughput stays valid.
[[nodiscard]] bool voids_latency(Reason reason) noexcept;
// The worst consequence of all findings; ok if there are none.
[[nodiscard]] Validity verdict(const std::vector<Finding>& findings) noexcept;

}  // namespace interleave
