// `interleave list` and `summarize`.
#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/commands.hpp"
#include "harness/cli/places.hpp"
#include "harness/cli/table.hpp"
#include "harness/plan/claim.hpp"
#include "harness/process/discovery.hpp"
#include "harness/record/summarize.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json list_models(const ListOptions& options, const Places& places, const Interrupt& interrupt) {
  const Discovery found =
      discover_servers(places.bin_dir, places.external_servers, parse_variants(options.common.variants), interrupt);
  Json rows = Json::array();
  for (const ServerProgram& server : found.servers) {
    rows.push_back({{"name", server.model.name},
                    {"family", server.model.family},
                    {"description", server.model.summary},
                    {"capabilities", server.model.capabilities},
                    {"build_type", server.model.build_type},
                    {"command", server.command}});
  }
  for (const SkippedModel& skipped : found.skipped) {
    rows.push_back(
        {{"name", skipped.model}, {"description", "skipped: " + skipped.reason}, {"skipped", skipped.reason}});
  }
  return rows;
}

Json list_workloads(const Places& places) {
  Json rows = Json::array();
  for (const std::string& name : names_in(places.workloads())) {
    const LoadedWorkload loaded = load_named_workload(name, places);
    Json targets = Json::array();
    for (const Route& route : loaded.workload.routes) targets.push_back(route.target);
    rows.push_back({{"name", name},
                    {"description", loaded.workload.description},
                    {"targets", targets},
                    {"connections", loaded.workload.load.connections},
                    {"file", loaded.file.string()}});
  }
  return rows;
}

Json list_plans(const Places& places) {
  Json rows = Json::array();
  for (const std::string& name : names_in(places.plans())) {
    const std::filesystem::path file = resolve_name(name, places.plans(), "plan");
    const Plan plan = load_plan(file);
    rows.push_back({{"name", name},
                    {"description", plan.description},
                    {"workloads", plan.workloads},
                    {"connections", plan.connections},
                    {"driver", plan.driver},
                    {"repetitions", plan.repetitions},
                    {"file", file.string()}});
  }
  return rows;
}

Json list_claims(const Places& places) {
  Json rows = Json::array();
  for (const std::string& name : names_in(places.claims())) {
    const std::filesystem::path file = places.claims() / (name + ".toml");
    const Claim claim = load_claim(file);
    Json evidence = Json::array();
    for (const ClaimEvidence& item : claim.evidence) {
      evidence.push_back({{"model", item.model},
                          {"counter", item.counter},
                          {to_string(item.relation), item.value},
                          {"min_connections", item.min_connections},
                          {"why", item.why},
                          {"refuted_by", contradiction(item)}});
    }
    rows.push_back({{"name", claim.id},
                    {"description", claim.statement},
                    {"kind", claim.kind},
                    {"about", claim.about},
                    {"evidence", evidence},
                    {"supported", claim.supported},
                    {"refuted", claim.refuted},
                    {"file", file.string()}});
  }
  return rows;
}

// What would refute a claim, under its line.
void print_claims(const Json& rows) {
  for (const Json& row : rows) {
    std::cout << fmt::format("{}  {}\n", row["name"].get<std::string>(), row["description"].get<std::string>());
    std::cout << "    refuted by any usable launch of\n";
    for (const Json& item : row["evidence"]) {
      std::cout << fmt::format("      {}\n", item["refuted_by"].get<std::string>());
    }
  }
}

void print_names(const Json& rows) {
  std::size_t width = 0;
  for (const Json& row : rows) width = std::max(width, row["name"].get<std::string>().size());
  for (const Json& row : rows) {
    std::cout << fmt::format("{:<{}}  {}\n", row["name"].get<std::string>(), width,
                             row["description"].get<std::string>());
  }
}

}  // namespace

ExitCode execute(const ListOptions& options, const Interrupt& interrupt) {
  const Places places = find_places(options.common.bin_dir, options.common.servers);
  Json rows;
  switch (options.what) {
    case ListWhat::models:
      rows = list_models(options, places, interrupt);
      break;
    case ListWhat::workloads:
      rows = list_workloads(places);
      break;
    case ListWhat::plans:
      rows = list_plans(places);
      break;
    case ListWhat::claims:
      rows = list_claims(places);
      break;
  }
  if (options.json)
    std::cout << rows.dump(2) << '\n';
  else if (options.what == ListWhat::claims)
    print_claims(rows);
  else
    print_names(rows);
  return ExitCode::ok;
}

ExitCode execute(const SummarizeOptions& options, const Interrupt&) {
  std::cout << format_table(summarize_folder(options.run));
  return ExitCode::ok;
}

}  // namespace interleave
