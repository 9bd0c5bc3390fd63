#include "harness/driver/interleave_driver.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include <fmt/format.h>

#include "harness/load/interleave_report.hpp"

namespace interleave {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr seconds kShortestDeadline{5};
constexpr seconds kLongestDeadline{60};
constexpr seconds kDrain{5};
constexpr std::chrono::minutes kLongestTimeline{10};  // with the drain; a page can show no more
constexpr seconds kConnecting{10};                    // at most, for tens of thousands of connections

// About four times the slowest case to be expected: in a closed loop all connections one after another. What an
// overloaded open loop makes wait longer is counted as a timeout.
nanoseconds deadline_of(const DriverJob& job) {
  constexpr int kMargin = 4;
  std::chrono::duration<double> alone{0};
  for (const Route& route : job.workload.routes) alone = std::max(alone, nominal_time(job.workload, route));
  if (job.spec.load.kind() == LoadKind::closed) alone *= job.spec.load.connections;
  const std::chrono::duration<double> wanted = kMargin * alone;
  if (wanted >= kLongestDeadline) return kLongestDeadline;
  return std::max<nanoseconds>(kShortestDeadline, std::chrono::duration_cast<nanoseconds>(wanted));
}

std::string in_us(nanoseconds time) {
  return fmt::format("{}us", std::chrono::round<std::chrono::microseconds>(time).count());
}

}  // namespace

DriverCommand InterleaveDriver::command(const DriverJob& job) const {
  const CellLoad& load = job.spec.load;
  DriverCommand command;
  const auto add = [&](std::initializer_list<std::string> words) {
    command.arguments.insert(command.arguments.end(), words);
  };
  add({program_.string(), "http://" + to_string(job.server)});
  if (load.rate) {
    add({"--rate", fmt::format("{:.3f}", load.rate->rps.value())});
  } else {
    add({"--closed"});
  }
  add({"--connections", std::to_string(load.connections), "--seed", std::to_string(job.spec.seed)});
  add({"--warmup", in_us(job.warmup), "--duration", in_us(job.duration)});
  add({"--deadline", in_us(deadline_of(job)), "--drain", in_us(kDrain)});
  add({"--workload", job.workload_file.string(), "--ids", "query"});
  add({"--wait", job.own_core ? "hybrid" : "block"});
  add({"--no-probe", "--quiet", "--json", job.report.string()});
  if (job.duration + kDrain <= kLongestTimeline) add({"--json-timeline"});
  command.busy_for = kConnecting + job.warmup + job.duration + kDrain;
  return command;
}

DriverResult InterleaveDriver::read(const DriverJob& job) const {
  return read_interleave_report(job.report);
}

}  // namespace interleave
