// What is known of a run as a whole: the file run.json (docs/schemas/run.schema.json). Written before the first trial
// and after every one, so that an interrupted run says so (`complete` is false). Plain values.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/plan/plan.hpp"
#include "harness/record/counters.hpp"
#include "harness/record/validity.hpp"

namespace interleave {

struct HostFacts {
  std::string hostname;
  std::string os;
  std::string kernel;
  std::string cpu_model;
  std::uint32_t cpus_online = 0;
  std::uint32_t physical_cores = 0;
  std::uint64_t memory_mib = 0;
  std::string virtualization;  // "none", "kvm", ...; "unknown"
  std::string governor;        // of CPU 0; "unknown"
  std::uint64_t open_files_limit = 0;
};

// Who may run where; empty: not pinned.
struct CpuLayout {
  bool pinned = true;
  std::vector<std::uint32_t> server;
  std::vector<std::uint32_t> backend;
  std::vector<std::uint32_t> generator;
  std::uint32_t server_cores = 1;  // k of the predictions: cores the server may use
};

// A workload as it was measured; the source makes the run reproducible after the file has changed.
struct WorkloadFacts {
  std::string name;
  std::string description;
  double calls_per_request = 0;
  double backend_ms_per_request = 0;  // mean of the delays asked for, without queueing
  std::string source;                 // the TOML file
};

struct SkippedModel {
  std::string model;
  std::string reason;
};

struct RunRecord {
  std::string id;  // name of the run's folder
  std::string version;
  std::string commit;
  std::string build_type;
  std::string started_utc;
  std::optional<std::string> ended_utc;
  bool complete = false;
  Plan plan;  // after overrides; models and connections as they were resolved
  std::vector<ModelDescription> models;
  std::vector<SkippedModel> skipped;
  std::vector<WorkloadFacts> workloads;
  HostFacts host;
  std::map<std::string, std::string> software;  // "wrk": "4.1.0", ...
  CpuLayout layout;
  std::optional<double> cpu_iterations_per_us;  // the rate all servers of the run work at; nullopt: no cpu steps
  std::vector<std::string> order;               // ids of all trials planned, in the order they run
  std::map<std::string, Validity> verdicts;     // by id, of the trials done
  std::vector<Warning> warnings;
};

}  // namespace interleave
