#include "harness/load/generator/load_run.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <latch>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "harness/load/generator/population.hpp"
#include "harness/load/generator/proc_self.hpp"
#include "harness/load/generator/shares.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr auto kOpeningLimit = 20s;
constexpr auto kStartDelay = 5ms;  // from "all are open" to the first request: the threads wake up meanwhile
constexpr auto kProgressInterval = 500ms;
constexpr double kMostExpected = 4e6;  // 200 MB of request log

// `part` of `parts` of a whole: the first ones get what does not divide.
template <typename Number>
Number part_of(Number whole, std::uint32_t part, std::uint32_t parts) {
  return whole / parts + (part < whole % parts ? 1 : 0);
}

// Of one thread, with a margin for a Poisson process; a closed loop finds its rate by itself. At most so many that
// asking for their memory cannot fail.
std::size_t expected_requests(const LoadPlan& plan) {
  if (plan.closed_loop) return 0;
  const Nanoseconds length = plan.schedule.warmup + plan.schedule.duration;
  const double all =
      mean_rate(plan.schedule.arrivals, plan.schedule.duration) * std::chrono::duration<double>(length).count();
  return static_cast<std::size_t>(std::min(1000 + 1.1 * all / plan.threads, kMostExpected));
}

LoopOptions loop_options(const LoadPlan& plan, std::uint32_t thread) {
  LoopOptions options;
  TrafficOptions& traffic = options.traffic;
  traffic.closed_loop = plan.closed_loop;
  traffic.connections = part_of(plan.connections, thread, plan.threads);
  traffic.thread = thread;
  traffic.threads = plan.threads;
  traffic.deadline = plan.deadline;
  traffic.think = plan.think;
  traffic.close_each = plan.close_each;
  traffic.pick = plan.pick;
  traffic.queue_limit = std::max<std::size_t>(1, part_of<std::size_t>(plan.queue_limit, thread, plan.threads));
  options.wait = plan.wait;
  if (plan.timeline) options.timeline = plan.schedule.duration + plan.drain;
  if (plan.request_log) options.request_log = expected_requests(plan);
  return options;
}

// The threads of a run. Each opens its connections; when all have, the window is set and all go.
class Crew {
 public:
  Crew(const LoadPlan& plan, int stop_fd)
      : plan_(plan),
        mix_(plan.mix),
        dialer_(plan.target, plan.sources),
        opened_(plan.threads),
        failures_(plan.threads),
        at_work_(plan.threads) {
    for (std::uint32_t i = 0; i < plan.threads; ++i) {
      loops_.push_back(std::make_unique<LoadLoop>(loop_options(plan, i),
                                                  ScheduleCursor(plan.schedule, i, plan.threads),
                                                  LoopSurroundings{mix_, dialer_, stop_fd}));
    }
  }

  void run(LoadProgress& progress) {
    {
      std::vector<std::jthread> threads;
      for (std::uint32_t i = 0; i < plan_.threads; ++i) {
        threads.emplace_back([this, i] { work(i); });
      }
      opened_.wait();
      window_.warmup_begin = now() + kStartDelay;
      window_.begin = window_.warmup_begin + plan_.schedule.warmup;
      window_.end = window_.begin + plan_.schedule.duration;
      go_.count_down();
      watch(progress);
    }
    for (const std::exception_ptr& failure : failures_) {
      if (failure) std::rethrow_exception(failure);
    }
  }

  [[nodiscard]] const std::vector<std::unique_ptr<LoadLoop>>& loops() const noexcept { return loops_; }
  [[nodiscard]] const Window& window() const noexcept { return window_; }

 private:
  void work(std::uint32_t index) noexcept {
    try {
      loops_[index]->open(now() + kOpeningLimit);
    } catch (...) {
      failures_[index] = std::current_exception();
    }
    opened_.count_down();
    go_.wait();
    try {
      if (!failures_[index]) loops_[index]->run(window_, plan_.drain);
    } catch (...) {
      failures_[index] = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    --at_work_;
    finished_.notify_one();
  }

  // Until all threads have ended.
  void watch(LoadProgress& progress) {
    std::unique_lock lock(mutex_);
    while (!finished_.wait_for(lock, kProgressInterval, [this] { return at_work_ == 0; })) progress.show(reading());
    progress.erase();
  }

  [[nodiscard]] ProgressReading reading() const {
    ProgressReading reading{.elapsed = std::max<Nanoseconds>(now() - window_.warmup_begin, 0ns),
                            .warmup = plan_.schedule.warmup,
                            .total = plan_.schedule.warmup + plan_.schedule.duration};
    for (const auto& loop : loops_) {
      const LiveCounts& live = loop->live();
      const std::uint64_t ok = live.ok.load(std::memory_order_relaxed);
      const std::uint64_t failed = live.failed.load(std::memory_order_relaxed);
      const std::uint64_t scheduled = live.scheduled.load(std::memory_order_relaxed);
      reading.ok += ok;
      reading.failed += failed;
      reading.open += scheduled > ok + failed ? scheduled - ok - failed : 0;  // read one after the other
    }
    return reading;
  }

  const LoadPlan& plan_;
  RequestMix mix_;
  Dialer dialer_;
  std::latch opened_;
  std::latch go_{1};
  Window window_;
  std::vector<std::exception_ptr> failures_;
  std::vector<std::unique_ptr<LoadLoop>> loops_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::uint32_t at_work_;  // guarded by mutex_
};

std::optional<Nanoseconds> nanoseconds_of(std::optional<std::uint64_t> value) {
  if (!value) return std::nullopt;
  return Nanoseconds(static_cast<std::int64_t>(*value));
}

double share(Nanoseconds part, Nanoseconds whole) {
  if (whole <= 0ns) return 0;
  return std::max(0.0, static_cast<double>(part.count()) / static_cast<double>(whole.count()));
}

// "50 EMFILE, 1 ECONNREFUSED".
std::string unopened_text(const ErrnoCounts& unopened) {
  std::string text;
  unopened.for_each([&](const std::string& name, std::uint64_t count) {
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, name,
                        name == "EMFILE" ? " (raise the limit of descriptors: ulimit -n)" : "");
  });
  return text;
}

LoadEvidence evidence_of(const Tally& tally, const std::vector<std::unique_ptr<LoadLoop>>& loops, double steal) {
  LoadEvidence evidence;
  if (tally.window.scheduled > 0) {
    evidence.taken_up = static_cast<double>(tally.taken_up) / static_cast<double>(tally.window.scheduled);
  }
  evidence.lag_p99 = nanoseconds_of(tally.send_lag.value_at_percentile(99));
  evidence.response_p50 = nanoseconds_of(Population(tally).quantile(50).value);
  for (const auto& loop : loops) {
    const LoopHealth& health = loop->health();
    evidence.busy = std::max(evidence.busy, share(health.cpu - health.spun, health.wall));
    evidence.run_wait = std::max(evidence.run_wait, share(health.run_wait, health.wall));
    evidence.longest_turn = std::max(evidence.longest_turn, health.longest_turn);
  }
  evidence.steal = steal;
  evidence.unopened = unopened_text(tally.unopened);
  return evidence;
}

// Never publish books that do not balance.
void check_books(const LoadPlan& plan, const LoadResult& result) {
  const LoadCounts& window = result.tally.window;
  if (!window.balanced() || !result.tally.warmup.balanced()) {
    throw std::logic_error("the outcomes do not add up to the scheduled requests: please report this");
  }
  const bool complete = !plan.closed_loop && result.interrupted_by == 0;
  if (complete && window.scheduled != result.schedule.arrivals) {
    throw std::logic_error(
        fmt::format("{} requests were counted as scheduled and {} were planned: please report this", window.scheduled,
                    result.schedule.arrivals));
  }
}

}  // namespace

LoadResult run_load(const LoadPlan& plan, const Interrupt& interrupt, LoadProgress& progress) {
  LoadResult result(plan.deadline);
  // Stopped within it the run below ends as soon as it begins, and says so.
  if (!plan.closed_loop) result.schedule = digest(plan.schedule, [&] { return interrupt.signal() != 0; });
  Crew crew(plan, interrupt.wake_fd());
  const auto ticks = read_cpu_ticks();
  crew.run(progress);
  const double steal = steal_between(ticks, read_cpu_ticks());

  std::vector<Traffic::Share> shares;
  TimePoint end = crew.window().end;
  for (const auto& loop : crew.loops()) {
    result.tally.merge(loop->tally());
    if (const Timeline* timeline = loop->timeline(); timeline != nullptr) {
      if (!result.timeline) {
        result.timeline = *timeline;
      } else {
        result.timeline->merge(*timeline);
      }
    }
    if (const RequestLog* log = loop->request_log(); log != nullptr) {
      if (!result.requests) result.requests.emplace(0);
      result.requests->merge(*log);
    }
    result.cpu += loop->health().cpu;
    if (loop->stopped()) end = std::min(end, loop->ended());
    const Traffic& traffic = loop->traffic();
    for (SlotIndex slot = 0; slot < traffic.connections(); ++slot) shares.push_back(traffic.share_of(slot));
  }
  result.began = std::chrono::system_clock::now() -
                 std::chrono::duration_cast<std::chrono::system_clock::duration>(now() - crew.window().begin);
  result.interrupted_by = interrupt.signal();
  result.duration = std::max<Nanoseconds>(end - crew.window().begin, 0ns);
  result.connections = summarize_shares(shares);
  result.evidence = evidence_of(result.tally, crew.loops(), steal);
  result.peak_memory_kib = read_peak_memory_kib();
  result.verdict = judge(result.evidence);
  check_books(plan, result);
  return result;
}

LoadResult not_begun(const LoadPlan& plan, const std::string& why) {
  LoadResult result(plan.deadline);
  if (plan.timeline) result.timeline.emplace(plan.schedule.duration + plan.drain, time_range(plan.deadline));
  if (plan.request_log) result.requests.emplace(0);
  result.began = std::chrono::system_clock::now();
  result.peak_memory_kib = read_peak_memory_kib();
  result.evidence.probe_error = why;
  result.verdict = judge(result.evidence);
  return result;
}

}  // namespace interleave
