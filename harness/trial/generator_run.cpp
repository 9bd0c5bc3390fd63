#include "harness/trial/generator_run.hpp"

#include <algorithm>
#include <csignal>

namespace interleave {

bool await_generator(Child& generator, Waiter& waiter, const GeneratorTimes& times, const GeneratorCompany& company) {
  const TimePoint begin = now();
  const TimePoint give_up = begin + times.give_up_after;
  TimePoint interrupt_at = times.interrupt_after ? begin + *times.interrupt_after : kNever;
  const auto sample_due = [&] { return company.sampler != nullptr ? company.sampler->next_due() : kNever; };
  const auto stall_due = [&] { return company.stalls != nullptr ? company.stalls->next_due() : kNever; };
  for (;;) {
    (void)waiter.until(std::min({give_up, interrupt_at, sample_due(), stall_due()}),
                       [&waiter] { return waiter.any_ended(); });
    if (generator.exited()) return true;
    company.on_wake();
    if (now() >= give_up) return false;
    if (now() >= interrupt_at) {
      (void)generator.signal(SIGINT);
      interrupt_at = kNever;
    }
    if (now() >= stall_due()) company.stalls->change();
    if (now() >= sample_due()) company.sampler->sample_due();
  }
}

}  // namespace interleave
