// Is this machine fit for measuring? Pure: facts in, findings with what to do out. `interleave doctor` gathers the
// facts.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/record/run_record.hpp"

namespace interleave {

enum class Health : std::uint8_t { ok, warn, fail };

struct Diagnosis {
  std::string subject;
  Health health = Health::ok;
  std::string text;
  std::string advice;  // empty where nothing is to be done
};

struct DoctorFacts {
  HostFacts host;
  std::uint32_t cpus_allowed = 1;
  double steal_percent = 0;  // over a short while
  double load_1min = 0;
  std::optional<std::uint64_t> somaxconn;   // net.core.somaxconn
  std::optional<double> timer_late_us;      // how late a 1 ms timer wakes, median
  std::optional<std::string> wrk;           // version line
  std::optional<std::string> python;        // version line of /usr/bin/python3
  std::vector<std::string> python_missing;  // packages that cannot be imported
  bool backend_built = false;
  std::string build_type;
};

[[nodiscard]] std::vector<Diagnosis> diagnose(const DoctorFacts& facts);

}  // namespace interleave
