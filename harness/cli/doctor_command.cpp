// `interleave doctor`: prints what diagnose() says of this machine.
#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "harness/cli/commands.hpp"
#include "harness/cli/doctor.hpp"
#include "harness/cli/doctor_facts.hpp"
#include "harness/cli/places.hpp"
#include "harness/cli/terminal.hpp"

namespace interleave {
namespace {

constexpr int kDoctorSchemaVersion = 1;  // docs/schemas/doctor.schema.json

Colour colour_of(Health health) {
  switch (health) {
    case Health::ok:
      return Colour::green;
    case Health::warn:
      return Colour::yellow;
    case Health::fail:
      break;
  }
  return Colour::red;
}

void print_lines(const std::vector<Diagnosis>& findings) {
  const bool colours = shows_colour(STDOUT_FILENO);
  for (const Diagnosis& finding : findings) {
    const std::string word = fmt::format("{:<4}", to_string(finding.health));
    std::cout << fmt::format("{}  {:<12} {}\n", colours ? coloured(word, colour_of(finding.health)) : word,
                             finding.subject, finding.text);
    if (!finding.advice.empty()) std::cout << fmt::format("{:18} -> {}\n", "", finding.advice);
  }
}

void print_json(const std::vector<Diagnosis>& findings, bool fit) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const Diagnosis& finding : findings) {
    rows.push_back({{"subject", finding.subject},
                    {"health", to_string(finding.health)},
                    {"text", finding.text},
                    {"advice", finding.advice}});
  }
  const nlohmann::ordered_json report{{"schema_version", kDoctorSchemaVersion}, {"fit", fit}, {"findings", rows}};
  std::cout << report.dump(2) << '\n';
}

}  // namespace

ExitCode execute(const DoctorOptions& options, const Interrupt& interrupt) {
  const std::vector<Diagnosis> findings = diagnose(read_doctor_facts(find_places(options.common.bin_dir), interrupt));
  const bool fit = std::none_of(findings.begin(), findings.end(),
                                [](const Diagnosis& finding) { return finding.health == Health::fail; });
  if (options.json)
    print_json(findings, fit);
  else
    print_lines(findings);
  return fit ? ExitCode::ok : ExitCode::failure;
}

}  // namespace interleave
