#include "core/service/service.hpp"

#include <algorithm>
#include <cassert>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

namespace interleave {
namespace {

Service::PreparedRoute text_route(std::string name, std::string text) {
  Service::PreparedRoute route;
  route.name = std::move(name);
  route.text = std::move(text);
  return route;
}

}  // namespace

Service::Service(const Workload& workload, CpuRate rate) {
  assert(!workload.routes.empty());
  for (const Route& route : workload.routes) routes_.emplace(route.target, prepare(route, workload, rate));
  routes_.emplace("/", text_route("", "interleave: workload " + workload.name + "\n"));
  routes_.emplace("/healthz", text_route("healthz", "ok\n"));
}

Service::PreparedRoute Service::prepare(const Route& route, const Workload& workload, CpuRate rate) {
  PreparedRoute prepared;
  prepared.name = route.target.starts_with('/') ? route.target.substr(1) : route.target;
  prepared.json_start = "{\"route\":" + nlohmann::json(prepared.name).dump() + ",\"calls\":";
  for (const Step& step : route.steps) {
    prepared.steps.push_back(prepare(step, workload, rate));
    if (const auto* calls = std::get_if<PreparedCalls>(&prepared.steps.back())) {
      prepared.max_overlapping_calls = std::max(prepared.max_overlapping_calls, calls->services.size());
    }
  }
  return prepared;
}

Service::PreparedStep Service::prepare(const Step& step, const Workload& workload, CpuRate rate) {
  const auto name = [&](const CallStep& call) { return workload.services.at(call.service).name; };
  return std::visit(
      [&](const auto& s) -> PreparedStep {
        using T = std::decay_t<decltype(s)>;
        if constexpr (std::is_same_v<T, CallStep>) {
          return PreparedCalls{{name(s)}};
        } else if constexpr (std::is_same_v<T, ParallelStep>) {
          PreparedCalls calls;
          for (const CallStep& call : s.calls) calls.services.push_back(name(call));
          return calls;
        } else if constexpr (std::is_same_v<T, CpuStep>) {
          assert(rate.iterations_per_us > 0);
          return PreparedCpu{iterations_for(s.nominal, rate)};
        } else if constexpr (std::is_same_v<T, LockStep>) {
          assert(rate.iterations_per_us > 0);
          return PreparedLock{.iterations = iterations_for(s.nominal, rate), .mutex = &lock_};
        } else if constexpr (std::is_same_v<T, FileStep>) {
          return PreparedFile{file_of(s.bytes)};
        } else if constexpr (std::is_same_v<T, SleepStep>) {
          return PreparedSleep{s.duration};
        } else {
          static_assert(std::is_same_v<T, SerializeStep>);
          return PreparedSerialize{s.items};
        }
      },
      step);
}

const ScratchFile* Service::file_of(std::uint64_t bytes) {
  for (const auto& file : files_) {
    if (file->bytes() == bytes) return file.get();
  }
  files_.push_back(std::make_unique<ScratchFile>(bytes));
  return files_.back().get();
}

const Service::PreparedRoute* Service::find(std::string_view path) const noexcept {
  const auto found = routes_.find(path);
  return found == routes_.end() ? nullptr : &found->second;
}

}  // namespace interleave
