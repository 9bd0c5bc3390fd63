#include "harness/driver/wrk_driver.hpp"

#include <algorithm>

#include "harness/load/wrk.hpp"

namespace interleave {
namespace {

constexpr std::uint64_t kSeedLimit = std::uint64_t{1} << 31;  // exact in Lua, with a thread's number added

}  // namespace

DriverCommand WrkDriver::command(const DriverJob& job) const {
  std::chrono::duration<double> alone{0};
  for (const Route& route : job.workload.routes) alone = std::max(alone, nominal_time(job.workload, route));
  WrkJob wrk;
  wrk.url = "http://" + to_string(job.server) + job.workload.routes.front().target;
  if (job.workload.routes.size() > 1) {
    for (const Route& route : job.workload.routes) wrk.routes.push_back({route.target, route.weight});
  }
  wrk.seed = job.spec.seed % kSeedLimit;
  wrk.connections = job.spec.load.connections;
  wrk.duration = job.duration;
  wrk.timeout = wrk_timeout(std::chrono::duration_cast<std::chrono::nanoseconds>(alone * job.spec.load.connections));
  wrk.script = script_;
  wrk.report = job.report;
  return wrk_command(wrk);
}

DriverResult WrkDriver::read(const DriverJob& job) const {
  DriverResult result = read_wrk_report(job.report, job.spec.load.connections);
  const std::size_t routes = job.workload.routes.size();
  if (routes > 1 && result.route_requests.size() != routes) {
    throw DriverReportError("wrk's report: 'routes' has not one count for each route");
  }
  return result;
}

}  // namespace interleave
