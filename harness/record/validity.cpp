#include "harness/record/validity.hpp"

#include <algorithm>

namespace interleave {
namespace {

struct ReasonFacts {
  Reason reason;
  std::string_view name;
  Validity consequence;
};

// In the order of the enum.
constexpr std::array<ReasonFacts, kReasonCount> kReasons{{
    {Reason::backend_start_failed, "backend_start_failed", Validity::invalid},
    {Reason::server_start_failed, "server_start_failed", Validity::invalid},
    {Reason::verify_failed, "verify_failed", Validity::invalid},
    {Reason::not_quiet, "not_quiet", Validity::invalid},
    {Reason::server_died, "server_died", Validity::invalid},
    {Reason::backend_died, "backend_died", Validity::invalid},
    {Reason::generator_failed, "generator_failed", Validity::invalid},
    {Reason::skipped_not_supported, "skipped_not_supported", Validity::invalid},
    {Reason::interrupted, "interrupted", Validity::invalid},
    {Reason::harness_error, "harness_error", Validity::invalid},
    {Reason::rate_unknown, "rate_unknown", Validity::invalid},
    {Reason::no_responses, "no_responses", Validity::invalid},
    {Reason::responses_mismatch, "responses_mismatch", Validity::invalid},
    {Reason::backend_calls_mismatch, "backend_calls_mismatch", Validity::invalid},
    {Reason::client_errors, "client_errors", Validity::invalid},
    {Reason::wrong_status, "wrong_status", Validity::invalid},
    {Reason::overload, "overload", Validity::suspect},
    {Reason::wrk_checksum, "wrk_checksum", Validity::suspect},
    {Reason::backend_late, "backend_late", Validity::suspect},
    {Reason::generator_bound, "generator_bound", Validity::suspect},
    {Reason::steal, "steal", Validity::suspect},
    {Reason::generator_suspect, "generator_suspect", Validity::suspect},
    {Reason::wrk_capped, "wrk_capped", Validity::ok},
    {Reason::window_too_short, "window_too_short", Validity::ok},
    {Reason::starved, "starved", Validity::ok},
    {Reason::server_closes, "server_closes", Validity::ok},
    {Reason::latency_gap, "latency_gap", Validity::ok},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<std::size_t>(kReasons[i].reason) != i) return false;
  }
  return true;
}
static_assert(in_order());

const ReasonFacts& facts(Reason reason) noexcept {
  return kReasons[static_cast<std::size_t>(reason)];
}

}  // namespace

std::string_view to_string(Validity validity) noexcept {
  switch (validity) {
    case Validity::ok:
      return "ok";
    case Validity::suspect:
      return "suspect";
    case Validity::invalid:
      break;
  }
  return "invalid";
}

std::string_view to_string(Reason reason) noexcept {
  return facts(reason).name;
}

std::optional<Validity> parse_validity(std::string_view text) noexcept {
  for (const Validity validity : {Validity::ok, Validity::suspect, Validity::invalid}) {
    if (text == to_string(validity)) return validity;
  }
  return std::nullopt;
}

std::optional<Reason> parse_reason(std::string_view text) noexcept {
  const auto* const found =
      std::find_if(kReasons.begin(), kReasons.end(), [text](const ReasonFacts& known) { return known.name == text; });
  if (found == kReasons.end()) return std::nullopt;
  return found->reason;
}

Validity consequence(Reason reason) noexcept {
  return facts(reason).consequence;
}

bool voids_latency(Reason reason) noexcept {
  switch (reason) {
    case Reason::wrk_checksum:
    case Reason::wrk_capped:
    case Reason::generator_bound:
    case Reason::window_too_short:
    case Reason::starved:
    case Reason::server_closes:
    case Reason::latency_gap:
      return true;
    default:
      return consequence(reason) == Validity::invalid;
  }
}

Validity verdict(const std::vector<Finding>& findings) noexcept {
  Validity worst = Validity::ok;
  for (const Finding& finding : findings) worst = std::max(worst, consequence(finding.reason));
  return worst;
}

}  // namespace interleave
