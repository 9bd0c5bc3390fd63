// `interleave verify`: do servers answer what they must? Each workload's routes, then the HTTP of the contract.
#include <iostream>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/atomic_file.hpp"
#include "core/workload/load_workload.hpp"
#include "harness/cli/commands.hpp"
#include "harness/cli/places.hpp"
#include "harness/cli/selection.hpp"
#include "harness/cli/temporary_folder.hpp"
#include "harness/trial/conformance.hpp"
#include "harness/trial/http_cases.hpp"
#include "harness/trial/runner.hpp"

namespace interleave {
namespace {

constexpr const char* kHttp = "http";

LoadedWorkload store_http_workload(const std::filesystem::path& scratch) {
  LoadedWorkload loaded{scratch / "http.toml", std::string(http_workload()), {}};
  loaded.workload = parse_workload(loaded.source, "http.toml");
  write_atomically(loaded.file, loaded.source);
  return loaded;
}

// What all checks of one command share.
class Verifier {
 public:
  Verifier(const Places& places, const Interrupt& interrupt)
      : places_(places),
        interrupt_(interrupt),
        driver_(make_driver(CellLoad{}.driver, places.driver_files())),  // not used: there is no load
        http_(store_http_workload(scratch_.path())) {}

  // Each prints a line for what it found. True: all is well.
  bool routes(const ServerProgram& server, const LoadedWorkload& loaded) const {
    const Verification verification =
        run_verification(spec_of(server, loaded.workload.name), setup_of(server, loaded), interrupt_);
    const std::string what = fmt::format("{} {}", server.model.name, loaded.workload.name);
    print(what, verification.findings);
    if (verification.findings.empty()) print_ok(what, verification.outcome.checks);
    for (const std::string& exemption : verification.outcome.exemptions) {
      std::cout << fmt::format("note  {}: {}\n", what, exemption);
    }
    std::cout.flush();
    return verification.findings.empty();
  }

  bool http(const ServerProgram& server) const {
    const Conformance outcome = run_conformance(spec_of(server, kHttp), setup_of(server, http_), interrupt_);
    const std::string what = fmt::format("{} {}", server.model.name, kHttp);
    for (const std::string& failure : outcome.failures) std::cout << fmt::format("FAIL  {}: {}\n", what, failure);
    print(what, outcome.findings);
    const bool good = outcome.failures.empty() && outcome.findings.empty();
    if (good) print_ok(what, outcome.checks);
    for (const Exemption& exemption : outcome.exemptions) {
      std::cout << fmt::format("-     {}: {} exempt (not claimed in --describe): {}\n", what, exemption.capability,
                               fmt::join(exemption.cases, "; "));
    }
    std::cout.flush();
    return good;
  }

 private:
  static void print(const std::string& what, const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      std::cout << fmt::format("FAIL  {}: {}: {}\n", what, to_string(finding.reason), finding.detail);
    }
  }

  static void print_ok(const std::string& what, std::size_t checks) {
    std::cout << fmt::format("ok    {}: {} checks\n", what, checks);
  }

  static TrialSpec spec_of(const ServerProgram& server, const std::string& workload) {
    TrialSpec spec;
    spec.model = server.model.name;
    spec.workload = workload;
    return spec;
  }

  [[nodiscard]] TrialSetup setup_of(const ServerProgram& server, const LoadedWorkload& loaded) const {
    return {.backend_program = places_.backend(),
            .server = server,
            .workload = loaded.workload,
            .workload_file = loaded.file,
            .driver = *driver_,
            .scratch = scratch_.path(),
            .layout = anywhere_,
            .cpu_rate = std::nullopt};
  }

  const Places& places_;
  const Interrupt& interrupt_;
  const TemporaryFolder scratch_;
  const std::unique_ptr<const Driver> driver_;
  const LoadedWorkload http_;
  const CpuLayout anywhere_{.pinned = false, .server = {}, .backend = {}, .generator = {}, .server_cores = 1};
};

}  // namespace

ExitCode execute(const VerifyOptions& options, const Interrupt& interrupt) {
  const Places places = find_places(options.common.bin_dir, options.common.servers);
  std::vector<LoadedWorkload> workloads;
  for (const std::string& name : options.workloads.empty() ? names_in(places.workloads()) : options.workloads) {
    workloads.push_back(load_named_workload(name, places));
  }
  const Discovery found =
      discover_servers(places.bin_dir, places.external_servers, parse_variants(options.common.variants), interrupt);
  std::vector<std::string> models = options.models;
  if (models.empty()) {  // examples too: what is copied must be right
    for (const ServerProgram& server : found.servers) models.push_back(server.model.name);
  }
  const Selection selection = select_cells(found, workloads, models);
  for (const std::string& note : selection.notes) std::cout << "note  " << note << '\n';
  for (const SkippedModel& skipped : found.skipped)
    std::cout << "skip  " << skipped.model << ": " << skipped.reason << '\n';
  const Verifier verifier(places, interrupt);
  bool good = true;
  for (const WorkloadModels& cell : selection.cells) {
    for (const std::string& model : cell.models) {
      const LoadedWorkload& loaded = workload_named(workloads, cell.workload->name);
      good = verifier.routes(server_named(found, model), loaded) && good;
    }
  }
  for (const std::string& model : selection.models) good = verifier.http(server_named(found, model)) && good;
  return good ? ExitCode::ok : ExitCode::failure;
}

}  // namespace interleave
