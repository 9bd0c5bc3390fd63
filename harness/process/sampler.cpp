#include "harness/process/sampler.hpp"

#include <algorithm>

namespace interleave {
namespace {

constexpr int kCostMargin = 100;  // each kind of round may use one part in a hundred of the time

std::int64_t milliseconds_between(TimePoint begin, TimePoint end) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(end - begin).count();
}

std::uint64_t count(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(std::max(time.count(), 0L));
}

// The clock is exact, the split has ticks of 10 ms: the split's proportion is applied to the clock.
std::uint64_t user_part(std::chrono::nanoseconds cpu, std::chrono::nanoseconds user,
                        std::chrono::nanoseconds system) {
  const double all = static_cast<double>((user + system).count());
  return all > 0
             ? static_cast<std::uint64_t>(static_cast<double>(cpu.count()) * static_cast<double>(user.count()) / all)
             : 0;
}

double percent(double part, double whole) {
  return whole > 0 ? 100.0 * part / whole : 0.0;
}

double steal_percent(const MachineReading& before, const MachineReading& after) {
  return percent(static_cast<double>(after.steal_ticks - before.steal_ticks),
                 static_cast<double>(after.cpu_ticks - before.cpu_ticks));
}

}  // namespace

ProcessTrace trace_process(const std::vector<ProcessReading>& readings, TimePoint begin) {
  ProcessTrace trace;
  for (const ProcessReading& r : readings) {
    ProcessSample sample;
    sample.t_ms = milliseconds_between(begin, r.at);
    sample.cpu_user_ns = user_part(r.cpu, r.user, r.system);
    sample.cpu_system_ns = count(r.cpu) - sample.cpu_user_ns;
    sample.threads = static_cast<std::uint32_t>(r.threads);
    if (r.detail) {
      sample.rss_kib = r.detail->rss_kib;
      sample.pss_kib = r.detail->pss_kib;
      sample.fds = static_cast<std::uint32_t>(r.detail->open_fds);
      sample.runqueue_wait_ns = count(r.detail->run_wait);
    }
    trace.samples.push_back(sample);
  }
  if (readings.size() < 2) return trace;
  const ProcessReading& first = readings.front();
  const ProcessReading& last = readings.back();
  ProcessWindow window;
  window.cpu_ns = count(last.cpu - first.cpu);
  window.cpu_user_ns = user_part(last.cpu - first.cpu, last.user - first.user, last.system - first.system);
  window.cpu_system_ns = window.cpu_ns - window.cpu_user_ns;
  for (const ProcessSample& sample : trace.samples) {
    window.max_rss_kib = std::max(window.max_rss_kib, sample.rss_kib.value_or(0));
    window.max_threads = std::max(window.max_threads, sample.threads);
    window.max_fds = std::max(window.max_fds, sample.fds.value_or(0));
  }
  trace.window = window;
  return trace;
}

MachineTrace trace_machine(const std::vector<MachineReading>& readings, TimePoint begin) {
  MachineTrace trace;
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const MachineReading& r = readings[i];
    MachineSample sample;
    sample.t_ms = milliseconds_between(begin, r.at);
    sample.load1 = r.load_1min;
    sample.tcp_retransmits = r.tcp_retransmits - readings.front().tcp_retransmits;
    sample.listen_overflows = r.listen_overflows - readings.front().listen_overflows;
    if (i > 0) {
      const MachineReading& before = readings[i - 1];
      sample.steal_percent = steal_percent(before, r);
      if (r.cpu_pressure && before.cpu_pressure) {
        sample.psi_cpu_some_percent =
            percent(std::chrono::duration<double>(*r.cpu_pressure - *before.cpu_pressure).count(),
                    std::chrono::duration<double>(r.at - before.at).count());
      }
    }
    trace.samples.push_back(sample);
  }
  if (readings.size() < 2) return trace;
  trace.window = MachineWindow{steal_percent(readings.front(), readings.back()), trace.samples.back().tcp_retransmits,
                               trace.samples.back().listen_overflows};
  return trace;
}

void Sampler::sample(Look look) {
  const TimePoint start = now();
  const bool first = machine_.empty();
  if (first) begin_ = start;
  for (const auto& [role, pid] : processes_) {
    if (const auto reading = read_process(pid, look)) readings_[role].push_back(*reading);
  }
  machine_.push_back(read_machine());
  const Nanoseconds cost = now() - start;
  if (look == Look::quick) {
    due_ = start + std::max<Nanoseconds>(kSampleInterval, kCostMargin * cost);
    return;
  }
  // The first one sees neither generator nor connections: the next comes sooner, for windows of half a second.
  const Nanoseconds interval = first ? kWholeInterval / 2 : kWholeInterval;
  whole_due_ = start + std::max<Nanoseconds>(interval, kCostMargin * cost);
  due_ = start + kSampleInterval;
}

std::map<std::string, ProcessTrace> Sampler::processes() const {
  std::map<std::string, ProcessTrace> traces;
  for (const auto& [role, readings] : readings_) traces[role] = trace_process(readings, begin_);
  return traces;
}

MachineTrace Sampler::machine() const {
  return trace_machine(machine_, begin_);
}

}  // namespace interleave
