// Is this machine fit for measuring? Pure: facts in, findings with what to do out. doctor_facts.hpp gathers the
// facts.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/process/limits.hpp"
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
  std::optional<double> cpu_quota;  // cores' worth of CPU time a container may use; nullopt: all it has
  double steal_percent = 0;         // over a short while
  double load_1min = 0;
  std::optional<MemoryFacts> memory;
  bool on_battery = false;
  std::optional<std::uint64_t> somaxconn;  // net.core.somaxconn
  std::optional<PortRange> ports;
  std::optional<ThreadLimit> threads;
  std::optional<double> timer_late_us;  // how late a 1 ms timer wakes, median
  std::filesystem::path results;        // where runs are stored
  bool results_writable = false;
  std::optional<std::uint64_t> disk_free_mib;  // there
  std::optional<std::string> wrk;              // version line
  std::optional<std::string> redis_cli;        // version line
  std::optional<std::string> python;           // version line of /usr/bin/python3
  std::vector<std::string> python_missing;     // packages that cannot be imported
  std::vector<std::string> not_built;          // programs of the suite that are not there
  std::string build_type;
};

// One finding for each subject, always the same ones in the same order.
[[nodiscard]] std::vector<Diagnosis> diagnose(const DoctorFacts& facts);

// "ok", "warn", "fail".
[[nodiscard]] std::string_view to_string(Health health) noexcept;

}  // namespace interleave
