#include "harness/load/generator/loop_health.hpp"

#include <array>
#include <ctime>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "core/base/unique_fd.hpp"
#include "harness/process/proc_text.hpp"

namespace interleave {
namespace {

Nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

// 0 where the kernel does not say.
Nanoseconds thread_run_wait() {
  const UniqueFd file(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  const ssize_t size = file.valid() ? ::read(file.get(), text.data(), text.size()) : 0;
  if (size <= 0) return Nanoseconds(0);
  return parse_schedstat_wait({text.data(), static_cast<std::size_t>(size)}).value_or(Nanoseconds(0));
}

}  // namespace

HealthWatch::Reading HealthWatch::read(TimePoint at, Nanoseconds spun) {
  return {at, thread_cpu_time(), spun, thread_run_wait()};
}

void HealthWatch::begin(TimePoint at, Nanoseconds spun) {
  begun_ = true;
  begin_ = read(at, spun);
}

LoopHealth HealthWatch::end(TimePoint at, Nanoseconds spun) const {
  const Reading last = read(at, spun);
  LoopHealth health;
  health.wall = last.at - begin_.at;
  health.cpu = last.cpu - begin_.cpu;
  health.spun = last.spun - begin_.spun;
  health.run_wait = last.run_wait - begin_.run_wait;
  return health;
}

}  // namespace interleave
