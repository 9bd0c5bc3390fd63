// wrk as a process: what it is asked to do in a trial, waiting for its end, and reading what it left.
#pragma once
#include <chrono>
#include <functional>

#include "core/net/endpoint.hpp"
#include "core/workload/workload.hpp"
#include "harness/load/wrk.hpp"
#include "harness/plan/plan.hpp"
#include "harness/process/child.hpp"
#include "harness/process/program.hpp"
#include "harness/process/sampler.hpp"

namespace interleave {

// A closed loop on the workload's routes, picked by weight in an order given by the trial's seed. Its timeout allows
// for the slowest case, requests one after another.
[[nodiscard]] WrkJob wrk_job(const TrialSpec& spec, const Workload& workload, const Endpoint& server,
                             std::chrono::nanoseconds duration);

// Waits for the end of a wrk that `waiter` watches, sampling all the while (`sampler` may be null). wrk -d takes
// whole seconds: a duration with a fraction is ended by SIGINT, which wrk treats as the end of its time. `on_wake` is
// called after every event while wrk runs and may throw. False: it did not end within `grace` after its duration.
[[nodiscard]] bool await_wrk(Child& wrk, Waiter& waiter, std::chrono::nanoseconds duration,
                             std::chrono::milliseconds grace, Sampler* sampler, const std::function<void()>& on_wake);

}  // namespace interleave
