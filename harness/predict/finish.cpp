#include "harness/predict/finish.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

namespace interleave {
namespace {

using std::chrono::nanoseconds;

nanoseconds rounded(std::chrono::duration<double> time) {
  return std::chrono::round<nanoseconds>(time);
}

nanoseconds wait_of(const Workload& workload, const ParallelStep& step, bool calls_overlap) {
  nanoseconds longest{0};
  nanoseconds sum{0};
  for (const CallStep& call : step.calls) {
    const nanoseconds time = rounded(mean_latency(workload.services[call.service]));
    longest = std::max(longest, time);
    sum += time;
  }
  return calls_overlap ? longest : sum;
}

// Steps from event to event; an event is a moment at which a request's work or wait ends.
class Simulation {
 public:
  Simulation(std::span<const DemandChain> requests, const Capacity& capacity)
      : requests_(requests),
        limit_(capacity.in_flight_limit.value_or(static_cast<std::uint32_t>(requests.size()))),
        free_cores_(capacity.cores),
        next_demand_(requests.size(), 0),
        finished_(requests.size()) {}

  std::vector<nanoseconds> run() {
    admit();
    assign_cores();
    while (!ends_.empty()) {
      now_ = ends_.begin()->first;
      while (!ends_.empty() && ends_.begin()->first == now_) {
        const std::size_t request = ends_.begin()->second;
        ends_.erase(ends_.begin());
        if (requests_[request][next_demand_[request] - 1].kind == Demand::Kind::cpu) ++free_cores_;
        go_on(request);
      }
      admit();
      assign_cores();
    }
    return finished_;
  }

 private:
  void admit() {
    while (in_progress_ < limit_ && next_request_ < requests_.size()) {
      ++in_progress_;
      go_on(next_request_++);
      // One without any demand is done already; the loop looks again.
    }
  }

  void go_on(std::size_t request) {
    if (next_demand_[request] == requests_[request].size()) {
      finished_[request] = now_;
      --in_progress_;
    } else if (const Demand& demand = requests_[request][next_demand_[request]]; demand.kind == Demand::Kind::wait) {
      ++next_demand_[request];
      ends_.emplace(now_ + demand.time, request);
    } else {
      ready_.emplace(now_, request);
    }
  }

  void assign_cores() {
    while (free_cores_ > 0 && !ready_.empty()) {
      const std::size_t request = ready_.begin()->second;
      ready_.erase(ready_.begin());
      --free_cores_;
      ends_.emplace(now_ + requests_[request][next_demand_[request]++].time, request);
    }
  }

  std::span<const DemandChain> requests_;
  std::uint32_t limit_;
  std::uint32_t free_cores_;
  std::vector<std::size_t> next_demand_;
  std::vector<nanoseconds> finished_;
  nanoseconds now_{0};
  std::size_t next_request_ = 0;
  std::uint32_t in_progress_ = 0;
  std::set<std::pair<nanoseconds, std::size_t>> ready_;  // since when, and who
  std::set<std::pair<nanoseconds, std::size_t>> ends_;   // of work and waits
};

}  // namespace

DemandChain demands_of(const Workload& workload, const Route& route, bool calls_overlap) {
  DemandChain chain;
  for (const Step& step : route.steps) {
    if (const auto* call = std::get_if<CallStep>(&step)) {
      chain.push_back({Demand::Kind::wait, rounded(mean_latency(workload.services[call->service]))});
    } else if (const auto* parallel = std::get_if<ParallelStep>(&step)) {
      chain.push_back({Demand::Kind::wait, wait_of(workload, *parallel, calls_overlap)});
    } else if (const auto* sleep = std::get_if<SleepStep>(&step)) {
      chain.push_back({Demand::Kind::wait, sleep->duration});
    } else if (const auto* cpu = std::get_if<CpuStep>(&step)) {
      chain.push_back({Demand::Kind::cpu, cpu->nominal});
    } else if (const auto* lock = std::get_if<LockStep>(&step)) {
      chain.push_back({Demand::Kind::cpu, lock->nominal});
    }
  }
  return chain;
}

std::vector<nanoseconds> finish_times(std::span<const DemandChain> requests, const Capacity& capacity) {
  return Simulation(requests, capacity).run();
}

}  // namespace interleave
