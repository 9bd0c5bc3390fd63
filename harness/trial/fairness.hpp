// Were the connections served alike? The client does not say so (wrk counts requests of all together), the server
// does. Pure.
#pragma once
#include <cstdint>
#include <optional>

#include "harness/record/counters.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

// Jain's fairness index of the responses on each of so many connections, (sum x)^2 / (n sum x^2): 1 where all had the
// same, 1/n where one had them all (Jain, Chiu, Hawe, DEC-TR-301, 1984). From the counts at the window's begin and at
// the server's end, when every connection has ended. nullopt where that says nothing about clients: the server does
// not count, connections were open at the begin or are at the end, or clients had more than one each.
[[nodiscard]] std::optional<double> jain_index(const ServerCounters& before, const ServerCounters& at_end,
                                               std::uint32_t connections);

// Enters the index in the books of a trial whose counters are complete, and warns of an uneven window - not of a
// short one, which is uneven by chance.
void judge_fairness(TrialRecord& trial);

}  // namespace interleave
