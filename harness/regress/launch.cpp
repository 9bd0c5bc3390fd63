#include "harness/regress/launch.hpp"

#include <fmt/format.h>

#include "harness/record/trial_figures.hpp"
#include "harness/stats/quantile.hpp"

namespace interleave {
namespace {

constexpr double kMicrosPerSecond = 1e6;

// Requests without a proper reply rank above all that have one.
std::optional<double> percentile_ms(const TrialFigures& figures, double q) {
  if (figures.latency_us == nullptr) return std::nullopt;
  const std::uint64_t known = total_count(*figures.latency_us);
  const std::uint64_t all = known + figures.latency_lost;
  const double q_of_known = q * static_cast<double>(all) / static_cast<double>(known);
  if (!quantile_is_supported(all, q) || q_of_known > 1) return std::nullopt;
  return static_cast<double>(quantile(*figures.latency_us, q_of_known)) / kMicrosPerMilli;
}

LaunchFigures figures_from(const TrialRecord& trial, std::uint32_t server_cores) {
  const std::optional<TrialFigures> of_trial = figures_of(trial);
  LaunchFigures figures;
  if (!of_trial) return figures;
  figures.cpu_us_per_request = of_trial->cpu_us_per_request;
  figures.ctx_switches_per_request = of_trial->ctx_switches_per_request;
  figures.p50_ms = percentile_ms(*of_trial, 0.5);
  figures.p99_ms = percentile_ms(*of_trial, 0.99);
  figures.throughput_rps = of_trial->throughput_rps;
  if (figures.cpu_us_per_request) {
    figures.server_busy = *figures.cpu_us_per_request * of_trial->throughput_rps / kMicrosPerSecond / server_cores;
  }
  return figures;
}

}  // namespace

Blame blame_for(Reason reason) noexcept {
  switch (reason) {
    case Reason::server_start_failed:
    case Reason::verify_failed:
    case Reason::not_quiet:
    case Reason::server_died:
    case Reason::skipped_not_supported:
    case Reason::no_responses:
    case Reason::responses_mismatch:
    case Reason::backend_calls_mismatch:
    case Reason::client_errors:
    case Reason::wrong_status:
    case Reason::overload:
      return Blame::server;
    default:
      return consequence(reason) == Validity::ok ? Blame::nobody : Blame::machine;
  }
}

bool noise_can_cause(Reason failure) noexcept {
  return failure == Reason::not_quiet || failure == Reason::no_responses || failure == Reason::client_errors ||
         failure == Reason::overload;
}

GateLaunch launch_of(const TrialRecord& trial, double stall_ms, std::uint32_t server_cores) {
  GateLaunch launch;
  launch.id = trial_id(trial.spec);
  launch.conditions.stall_ms = stall_ms;
  if (trial.machine_window) launch.conditions.steal_percent = trial.machine_window->steal_percent;
  for (const Finding& finding : trial.findings) {
    const Blame blame = blame_for(finding.reason);
    if (blame == Blame::server && !launch.failure) launch.failure = finding;
    if (blame == Blame::machine) launch.conditions.disturbance = std::string(to_string(finding.reason));
  }
  launch.figures = figures_from(trial, server_cores);
  return launch;
}

std::string void_reason(const LaunchConditions& conditions, const VoidLimits& limits) {
  if (conditions.steal_percent > limits.steal_percent) return fmt::format("steal {:.1f} %", conditions.steal_percent);
  if (conditions.stall_ms > limits.stall_ms) return fmt::format("a stall of {:.0f} ms", conditions.stall_ms);
  return conditions.disturbance;
}

}  // namespace interleave
