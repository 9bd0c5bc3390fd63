#include "harness/plan/custom_workload.hpp"

#include <fmt/format.h>

#include "core/base/units.hpp"

namespace interleave {

std::string custom_workload(const CustomRequest& request) {
  std::string does;
  std::string services;
  std::string steps;
  if (request.cpu) {
    does = format_duration(*request.cpu) + " of CPU work";
    steps = fmt::format("{{ cpu = \"{}\" }}", format_duration(*request.cpu));
  }
  if (request.wait) {
    const std::string wait = format_duration(*request.wait);
    does += fmt::format("{}one backend call of {}", does.empty() ? "" : ", then ", wait);
    services = fmt::format("[services.backend]\nlatency = {{ constant = \"{}\" }}\n\n", wait);
    steps += fmt::format("{}{{ call = \"backend\" }}", steps.empty() ? "" : ", ");
  }
  return fmt::format(
      "name = \"{0}\"\ndescription = \"Your service: {1}\"\n\n{2}[[route]]\ntarget = \"/{0}\"\nsteps = [ {3} ]\n",
      kCustomWorkload, does, services, steps);
}

}  // namespace interleave
