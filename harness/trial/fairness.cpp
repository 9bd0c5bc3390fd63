#include "harness/trial/fairness.hpp"

#include <fmt/format.h>

#include "harness/trial/accounting.hpp"

namespace interleave {
namespace {

constexpr double kUneven = 0.9;  // one connection in ten without its share gives this

bool all_have_ended(const ServerCounters& counters) {
  return counters.per_connection && counters.per_connection->ended == counters.connections_accepted;
}

}  // namespace

std::optional<double> jain_index(const ServerCounters& before, const ServerCounters& at_end,
                                 std::uint32_t connections) {
  if (!all_have_ended(before) || !all_have_ended(at_end)) return std::nullopt;
  const PerConnection window = *difference(at_end, before).per_connection;
  if (window.ended > connections || window.responses_squared == 0) return std::nullopt;
  const auto sum = static_cast<double>(window.responses);
  return sum * sum / (static_cast<double>(connections) * static_cast<double>(window.responses_squared));
}

void judge_fairness(TrialRecord& trial) {
  if (!trial.accounting || !trial.server_before || !trial.server_final) return;
  const std::uint32_t connections = trial.spec.load.connections;
  const auto jain = jain_index(*trial.server_before, *trial.server_final, connections);
  trial.accounting->jain = jain;
  if (!jain || *jain >= kUneven) return;
  const double each = static_cast<double>(trial.accounting->client_responses) / connections;
  if (each < AccountingLimits{}.requests_per_connection) return;
  trial.warnings.push_back(
      {fmt::format("connections were served unequally: Jain's index is {:.2f} over {}", *jain, connections),
       "percentiles are those of the connections served often; see 'accounting' in the trial"});
}

}  // namespace interleave
