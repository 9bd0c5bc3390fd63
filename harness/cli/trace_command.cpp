// `interleave trace`: how one model serves requests that come at the same moment.
#include <iostream>

#include <fmt/format.h>

#include "core/base/atomic_file.hpp"
#include "core/service/cpu_work.hpp"
#include "harness/cli/commands.hpp"
#include "harness/cli/places.hpp"
#include "harness/cli/selection.hpp"
#include "harness/cli/temporary_folder.hpp"
#include "harness/process/cpus.hpp"
#include "harness/weave/record_weave.hpp"

namespace interleave {
namespace {

// So that a wrong path is found before the work is done.
void require_folder_of(const std::filesystem::path& file) {
  if (file.empty() || std::filesystem::is_directory(std::filesystem::absolute(file).parent_path())) return;
  throw UsageError(file.string() + ": its folder does not exist: create it first");
}

double milliseconds(std::int64_t ns) {
  return static_cast<double>(ns) / 1e6;
}

void print(const WeaveRecord& weave) {
  std::cout << fmt::format("{}, {} requests of {} at once, {} cores, {} threads\n\n", weave.model,
                           weave.requests.size(), weave.workload, weave.cores, weave.lanes);
  std::cout << "request   first run [ms]   answered [ms]   predicted [ms]\n";
  for (const WeaveRequest& request : weave.requests) {
    std::int64_t first_run = request.received_ns;
    for (const Span& span : request.spans) {
      if (span.state == SpanState::running) first_run = std::min(first_run, span.begin_ns);
    }
    std::cout << fmt::format("{:<7}   {:>14.2f}   {:>13.2f}   {:>14.2f}\n", request.name, milliseconds(first_run),
                             milliseconds(request.received_ns), milliseconds(request.predicted_ns));
  }
  std::cout << "\nlast reply of each traced run [ms]:";
  for (std::size_t i = 0; i < weave.finish_ns.size(); ++i) {
    std::cout << fmt::format(" {:.2f}{}", milliseconds(weave.finish_ns[i]), i == weave.kept ? " (shown)" : "");
  }
  std::cout << '\n';
}

}  // namespace

ExitCode execute(const TraceOptions& options, const Interrupt& interrupt) {
  require_folder_of(options.out);
  require_folder_of(options.json);
  const Places places = find_places(options.common.bin_dir, options.common.servers);
  const LoadedWorkload loaded = load_named_workload(options.workload, places);
  const Discovery found =
      discover_servers(places.bin_dir, places.external_servers, parse_variants(options.common.variants), interrupt);
  const std::vector<LoadedWorkload> workloads{loaded};
  const std::vector<std::string> models{options.model};
  const Selection selection = select_cells(found, workloads, models);
  for (const std::string& note : selection.notes) std::cerr << "note: " << note << '\n';
  const CpuTopology topology = read_cpu_topology();
  const TemporaryFolder scratch;
  const WeaveRecord weave = record_weave({.backend_program = places.backend(),
                                          .server = server_named(found, options.model),
                                          .workload = loaded.workload,
                                          .workload_file = loaded.file,
                                          .workload_source = loaded.source,
                                          .scratch = scratch.path(),
                                          .topology = topology,
                                          .cpu_rate = calibrate_cpu_rate(),
                                          .threads = options.threads,
                                          .requests = options.requests},
                                         interrupt);
  write_atomically(options.out, to_perfetto(weave));
  if (!options.json.empty()) write_atomically(options.json, to_json(weave));
  print(weave);
  return ExitCode::ok;
}

}  // namespace interleave
