// Stops and continues the server while a load runs, as the plan asks (StallPlan): what a machine that was
// descheduled, a page that swaps or a garbage collector does, made on purpose and on time. Every process of the
// server's group is stopped; clients and backend go on.
#pragma once
#include <csignal>
#include <optional>

#include <sys/types.h>

#include "core/base/clock.hpp"
#include "harness/plan/plan.hpp"

namespace interleave {

// When to stop and when to continue. Pure.
class StallSchedule {
 public:
  // `begin`: of the window. The first stall begins half an interval later.
  StallSchedule(const StallPlan& plan, TimePoint begin) : plan_(plan), next_(begin + plan.every / 2) {}

  [[nodiscard]] TimePoint next() const noexcept { return next_; }
  // Whether the next change stops the server, or continues it.
  [[nodiscard]] bool stops() const noexcept { return !stopped_; }
  void step() noexcept {
    next_ += stopped_ ? plan_.every - plan_.length : plan_.length;
    stopped_ = !stopped_;
  }

 private:
  StallPlan plan_;
  TimePoint next_;
  bool stopped_ = false;
};

// The server continues at the latest when this goes.
class Stalls {
 public:
  // Without a plan: no stalls. `server` leads its process group.
  Stalls(const std::optional<StallPlan>& plan, TimePoint begin, pid_t server) : server_(server) {
    if (plan) schedule_.emplace(*plan, begin);
  }
  ~Stalls() {
    if (schedule_ && !schedule_->stops()) signal(SIGCONT);
  }
  Stalls(const Stalls&) = delete;
  Stalls& operator=(const Stalls&) = delete;

  [[nodiscard]] TimePoint next_due() const noexcept { return schedule_ ? schedule_->next() : kNever; }
  // REQUIRES: next_due() has come.
  void change() {
    signal(schedule_->stops() ? SIGSTOP : SIGCONT);
    schedule_->step();
  }

 private:
  void signal(int number) const { (void)::kill(-server_, number); }

  pid_t server_;
  std::optional<StallSchedule> schedule_;
};

}  // namespace interleave
