#include "harness/record/trial_figures.hpp"

#include <algorithm>

namespace interleave {
namespace {

constexpr double kMicrosecondsPerSecond = 1e6;

std::optional<Reason> latency_void_reason(const TrialRecord& trial) {
  const auto found = std::find_if(trial.findings.begin(), trial.findings.end(),
                                  [](const Finding& finding) { return voids_latency(finding.reason); });
  if (found == trial.findings.end()) return std::nullopt;
  return found->reason;
}

// What the server did in the window: it may have served requests the client had given up, and their CPU time counts.
double served(const TrialRecord& trial, const std::optional<ServerCounters>& delta) {
  const std::uint64_t responses = delta ? delta->all_responses() : trial.result->answered;
  return static_cast<double>(responses);
}

}  // namespace

std::optional<TrialFigures> figures_of(const TrialRecord& trial) {
  if (trial.validity == Validity::invalid || !trial.result || trial.result->requests == 0) return std::nullopt;
  const DriverResult& result = *trial.result;
  const double seconds = static_cast<double>(result.duration_us) / kMicrosecondsPerSecond;
  TrialFigures figures;
  figures.throughput_rps = static_cast<double>(result.requests) / seconds;
  figures.goodput_rps =
      static_cast<double>(result.requests - std::min(result.requests, result.errors.status)) / seconds;
  std::optional<ServerCounters> delta;
  if (trial.server_before && trial.server_after) delta = difference(*trial.server_after, *trial.server_before);
  const double requests = served(trial, delta);
  const auto server = trial.processes.find("server");
  if (server != trial.processes.end() && server->second.window && requests > 0) {
    const ProcessWindow& window = *server->second.window;
    figures.cpu_us_per_request = static_cast<double>(window.cpu_ns) / 1e3 / requests;
    figures.rss_mib = static_cast<double>(window.max_rss_kib) / 1024;
    figures.threads = window.max_threads;
  }
  if (delta && delta->voluntary_switches && delta->involuntary_switches && requests > 0) {
    figures.ctx_switches_per_request =
        static_cast<double>(*delta->voluntary_switches + *delta->involuntary_switches) / requests;
  }
  if (trial.accounting) {
    figures.jain = trial.accounting->jain;
    figures.starved = trial.accounting->starved;
  }
  if (result.latency_us) figures.mean_response_us = mean_value(*result.latency_us);
  figures.latency_lost = result.latency_lost;
  figures.void_reason = latency_void_reason(trial);
  if (!figures.void_reason && result.latency_us && !result.latency_us->empty())
    figures.latency_us = &*result.latency_us;
  return figures;
}

}  // namespace interleave
