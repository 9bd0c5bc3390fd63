// Records a weave: starts backend and server afresh, asks all requests at once, reads the server's trace. Five times;
// the median run is kept. Nothing is pinned, and nothing is measured meanwhile.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/service/cpu_work.hpp"
#include "core/workload/workload.hpp"
#include "harness/process/cpus.hpp"
#include "harness/process/discovery.hpp"
#include "harness/process/interrupt.hpp"
#include "harness/weave/weave_record.hpp"

namespace interleave {

// Everything referred to outlives the call.
struct WeaveSetup {
  std::filesystem::path backend_program;
  const ServerProgram& server;
  const Workload& workload;
  std::filesystem::path workload_file;
  std::string workload_source;
  std::filesystem::path scratch;  // a folder for files that do not outlive the call
  const CpuTopology& topology;    // the processors allowed
  CpuRate cpu_rate;
  std::uint32_t threads = 2;  // workers of a model that has --threads: few, so that requests have to share them
  std::size_t requests = 8;   // they take the workload's routes in turn
  std::size_t runs = 5;
};

// Throws UsageError if the model records no trace, Interrupted, and std::exception with one line otherwise.
[[nodiscard]] WeaveRecord record_weave(const WeaveSetup& setup, const Interrupt& interrupt);

// Where a run keeps what was woven: <folder>/weave/<model>.json and <model>.perfetto.json.
void write_weave(const std::filesystem::path& run_folder, const WeaveRecord& weave);
[[nodiscard]] std::filesystem::path weave_path(const std::filesystem::path& run_folder, const std::string& model);

}  // namespace interleave
