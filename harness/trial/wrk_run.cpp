#include "harness/trial/wrk_run.hpp"

#include <algorithm>
#include <csignal>

namespace interleave {
namespace {

constexpr std::uint64_t kSeedLimit = std::uint64_t{1} << 31;  // exact in Lua, with a thread's number added

}  // namespace

WrkJob wrk_job(const TrialSpec& spec, const Workload& workload, const Endpoint& server,
               std::chrono::nanoseconds duration) {
  std::chrono::duration<double> alone{0};
  for (const Route& route : workload.routes) alone = std::max(alone, nominal_time(workload, route));
  WrkJob job;
  job.url = "http://" + to_string(server) + workload.routes.front().target;
  if (workload.routes.size() > 1) {
    for (const Route& route : workload.routes) job.routes.push_back({route.target, route.weight});
  }
  job.seed = spec.seed % kSeedLimit;
  job.connections = spec.connections;
  job.duration = duration;
  job.timeout = wrk_timeout(std::chrono::duration_cast<std::chrono::nanoseconds>(alone * spec.connections));
  return job;
}

bool await_wrk(Child& wrk, Waiter& waiter, std::chrono::nanoseconds duration, std::chrono::milliseconds grace,
               Sampler* sampler, const std::function<void()>& on_wake) {
  const TimePoint stop_at = now() + duration;
  const TimePoint give_up = stop_at + grace;
  bool to_be_stopped = duration != wrk_duration(duration);
  for (;;) {
    const TimePoint wake =
        std::min({give_up, to_be_stopped ? stop_at : kNever, sampler != nullptr ? sampler->next_due() : kNever});
    (void)waiter.until(wake, [&waiter] { return waiter.any_ended(); });
    if (wrk.exited()) return true;
    on_wake();
    if (now() >= give_up) return false;
    if (to_be_stopped && now() >= stop_at) to_be_stopped = !wrk.signal(SIGINT);
    if (sampler != nullptr && now() >= sampler->next_due()) sampler->sample();
  }
}

}  // namespace interleave
