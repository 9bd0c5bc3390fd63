#include "harness/cli/run_weaves.hpp"

#include <exception>
#include <iostream>

#include "core/service/cpu_work.hpp"
#include "harness/cli/selection.hpp"
#include "harness/weave/record_weave.hpp"

namespace interleave {
namespace {

constexpr const char* kWorkload = "weave";

}  // namespace

void record_weaves(const WeaveModels& what, const RunFolder& folder, RunRecord& run, const Interrupt& interrupt,
                   bool silent) {
  const LoadedWorkload loaded = load_named_workload(kWorkload, what.places);
  const CpuRate rate = run.cpu_iterations_per_us ? CpuRate{*run.cpu_iterations_per_us} : calibrate_cpu_rate();
  for (const std::string& model : what.models) {
    const ServerProgram& server = server_named(what.discovery, model);
    if (!server.model.can("trace") || std::filesystem::exists(weave_path(folder.path(), model))) continue;
    if (!silent) std::cerr << "weave: " << model << '\n';
    try {
      write_weave(folder.path(), record_weave({.backend_program = what.places.backend(),
                                               .server = server,
                                               .workload = loaded.workload,
                                               .workload_file = loaded.file,
                                               .workload_source = loaded.source,
                                               .scratch = folder.scratch(),
                                               .topology = what.topology,
                                               .cpu_rate = rate},
                                              interrupt));
    } catch (const std::exception& error) {
      run.warnings.push_back({"no weave of " + model + ": " + error.what(),
                              "record it again: interleave trace " + model + " weave --out weave.perfetto.json"});
    }
  }
}

}  // namespace interleave
