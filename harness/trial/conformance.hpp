// Does a server speak the HTTP/1.1 of the contract? The table of http_cases.hpp against fresh processes, each case on
// a connection of its own and whatever the others gave. No load, no timing; every wait has a deadline.
#pragma once
#include <string>
#include <vector>

#include "harness/trial/runner.hpp"

namespace interleave {

// Cases that do not apply, for want of one capability.
struct Exemption {
  std::string capability;
  std::vector<std::string> cases;
};

struct Conformance {
  std::size_t checks = 0;             // passed
  std::vector<std::string> failures;  // "case: wanted 405, got 404"
  std::vector<Exemption> exemptions;
  std::vector<Finding> findings;  // what kept it from being tried: a process that does not start, or died
};

// `setup.workload` and its file are those of http_workload(). Throws Interrupted.
[[nodiscard]] Conformance run_conformance(const TrialSpec& spec, const TrialSetup& setup, const Interrupt& interrupt);

}  // namespace interleave
