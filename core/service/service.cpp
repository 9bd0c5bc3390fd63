#include "core/service/service.hpp"

#include <cassert>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

namespace interleave {
namespace {

Service::PreparedStep prepare(const Step& step, const Workload& workload, CpuRate rate) {
  return std::visit(
      [&](const auto& s) -> Service::PreparedStep {
        using T = std::decay_t<decltype(s)>;
        if constexpr (std::is_same_v<T, CallStep>) {
          return Service::PreparedCall{workload.services.at(s.service).name};
        } else if constexpr (std::is_same_v<T, CpuStep>) {
          assert(rate.iterations_per_us > 0);
          return Service::PreparedCpu{iterations_for(s.nominal, rate)};
        } else {
          static_assert(std::is_same_v<T, SerializeStep>);
          return Service::PreparedSerialize{s.items};
        }
      },
      step);
}

Service::PreparedRoute text_route(std::string name, std::string text) {
  Service::PreparedRoute route;
  route.name = std::move(name);
  route.text = std::move(text);
  return route;
}

}  // namespace

Service::Service(const Workload& workload, CpuRate rate) {
  assert(!workload.routes.empty());
  for (const Route& route : workload.routes) {
    PreparedRoute prepared;
    prepared.name = route.target.starts_with('/') ? route.target.substr(1) : route.target;
    prepared.json_start = "{\"route\":" + nlohmann::json(prepared.name).dump() + ",\"calls\":";
    for (const Step& step : route.steps) {
      prepared.steps.push_back(prepare(step, workload, rate));
      if (std::holds_alternative<CallStep>(step)) prepared.max_overlapping_calls = 1;
    }
    routes_.emplace(route.target, std::move(prepared));
  }
  routes_.emplace("/", text_route("", "interleave: workload " + workload.name + "\n"));
  routes_.emplace("/healthz", text_route("healthz", "ok\n"));
}

const Service::PreparedRoute* Service::find(std::string_view path) const noexcept {
  const auto found = routes_.find(path);
  return found == routes_.end() ? nullptr : &found->second;
}

}  // namespace interleave
