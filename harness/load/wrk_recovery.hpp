// Undoes what wrk does to its latencies.
//
// After a run wrk 4.0-4.2 calls stats_correct (src/stats.c): with e = floor(duration / floor(requests /
// connections)), the run's own mean time per request of a connection, every sample at n >= 2e adds phantom samples at
// n - e, n - 2e,
// ... while these are above e. It means to correct "coordinated omission", but e is a mean, not an interval anyone
// intended, so half of an exponential distribution counts as a stall. The median comes out about 35 % too high, more
// for models of more variance: exactly what a comparison must not have.
//
// The bins are whole microseconds, phantoms land in whole bins, and those with the same residue modulo e form a chain
// in which every bin above e got all samples of the bins above it: reported[m] = raw[m] + raw[m+e] + raw[m+2e] + ...
// Hence  raw[m] = reported[m] - reported[m+e]  for m > e,  raw[m] = reported[m]  for m <= e.  Example, e = 10:
//     bin        12  15  25  35
//     raw         1   0   0   1    (what was measured)
//     reported    1   1   1   1    (phantoms of 35 at 25 and at 15)
//     recovered   1   0   0   1    (15: 1 - reported[25];  25: 1 - reported[35])
// Proof of recovery: sum(raw) = requests - timeouts (late replies are counted but not recorded). Pure functions.
#pragma once
#include <cstdint>
#include <optional>

#include "harness/record/driver_result.hpp"

namespace interleave {

struct WrkTotals {
  std::uint64_t requests = 0;
  std::uint64_t timeouts = 0;  // replies later than --timeout: requests without a sample
  std::uint64_t duration_us = 0;
  std::uint32_t connections = 1;  // -c as given to wrk, not as opened
};

struct WrkRecovery {
  Recovery recovery = Recovery::failed;
  std::uint64_t expected_interval_us = 0;  // e; 0: wrk rewrote nothing
  bool corrected = false;                  // at least one phantom was there
  std::optional<ValueCounts> raw;          // only with the proof
};

// wrk's "expected interval"; 0 if there were fewer requests than connections, when wrk rewrites nothing.
[[nodiscard]] std::uint64_t wrk_expected_interval(const WrkTotals& totals) noexcept;

// REQUIRES: `reported` is ascending.
[[nodiscard]] WrkRecovery recover_wrk_histogram(const ValueCounts& reported, const WrkTotals& totals);

}  // namespace interleave
