#include "harness/load/wrk_recovery.hpp"

namespace interleave {
namespace {

std::uint64_t total(const ValueCounts& histogram) noexcept {
  std::uint64_t sum = 0;
  for (const auto& [value, count] : histogram) sum += count;
  return sum;
}

// nullopt: some bin would be negative, so this is not the rewriting we know.
std::optional<ValueCounts> without_phantoms(const ValueCounts& reported, std::uint64_t interval) {
  ValueCounts raw;
  raw.reserve(reported.size());
  std::size_t above = 0;  // both cursors only move up: one pass
  for (const auto& [value, count] : reported) {
    std::uint64_t phantoms = 0;
    if (value > interval) {
      while (above < reported.size() && reported[above].first < value + interval) ++above;
      if (above < reported.size() && reported[above].first == value + interval) phantoms = reported[above].second;
    }
    if (phantoms > count) return std::nullopt;
    if (count > phantoms) raw.emplace_back(value, count - phantoms);
  }
  return raw;
}

}  // namespace

std::uint64_t wrk_expected_interval(const WrkTotals& totals) noexcept {
  if (totals.connections == 0) return 0;
  const std::uint64_t requests_per_connection = totals.requests / totals.connections;
  return requests_per_connection == 0 ? 0 : totals.duration_us / requests_per_connection;
}

WrkRecovery recover_wrk_histogram(const ValueCounts& reported, const WrkTotals& totals) {
  WrkRecovery result;
  result.expected_interval_us = wrk_expected_interval(totals);
  const bool rewritten = result.expected_interval_us > 0;
  std::optional<ValueCounts> raw = rewritten ? without_phantoms(reported, result.expected_interval_us) : reported;
  if (!raw || total(*raw) + totals.timeouts != totals.requests) return result;
  result.corrected = total(reported) != total(*raw);
  result.recovery = rewritten ? Recovery::exact : Recovery::not_needed;
  result.raw = std::move(raw);
  return result;
}

}  // namespace interleave
