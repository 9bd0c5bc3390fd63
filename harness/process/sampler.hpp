// What server, backend, generator and machine look like while a window is measured. CPU time, threads and the machine
// ten times a second; memory, descriptors and run-queue wait twice a second, because reading them takes ten times as
// long and on two cores the harness shares the generator's; all of it at both ends of the window. It runs between two
// waits of the harness, on the harness's own thread: no thread, no lock. A round that takes long (thousands of
// threads to look at) makes the next one of its kind come later, so that sampling stays below 2 % of a core.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/base/clock.hpp"
#include "harness/process/proc_reading.hpp"
#include "harness/record/trial_record.hpp"

namespace interleave {

inline constexpr std::chrono::milliseconds kSampleInterval{100};
inline constexpr std::chrono::milliseconds kWholeInterval{500};

// What was seen of one process: the samples of the record, and the totals between the first and the last of them.
struct ProcessTrace {
  std::vector<ProcessSample> samples;
  std::optional<ProcessWindow> window;  // nullopt: gone before two looks
};

struct MachineTrace {
  std::vector<MachineSample> samples;
  std::optional<MachineWindow> window;
};

// Pure halves, from readings to the record.
[[nodiscard]] ProcessTrace trace_process(const std::vector<ProcessReading>& readings, TimePoint begin);
[[nodiscard]] MachineTrace trace_machine(const std::vector<MachineReading>& readings, TimePoint begin);

class Sampler {
 public:
  // Watches the processes by role, from the first sample() on; times in the record count from that one.
  explicit Sampler(std::map<std::string, pid_t> processes) : processes_(std::move(processes)) {}

  void add(const std::string& role, pid_t process) { processes_[role] = process; }
  // Looks once at everything: at the ends of the window.
  void sample_whole() { sample(Look::whole); }
  // Looks once at what is due: at next_due().
  void sample_due() { sample(now() >= whole_due_ ? Look::whole : Look::quick); }
  [[nodiscard]] TimePoint next_due() const noexcept { return due_; }

  [[nodiscard]] std::map<std::string, ProcessTrace> processes() const;
  [[nodiscard]] MachineTrace machine() const;

 private:
  void sample(Look look);

  std::map<std::string, pid_t> processes_;
  std::map<std::string, std::vector<ProcessReading>> readings_;
  std::vector<MachineReading> machine_;
  TimePoint begin_{};
  TimePoint due_{};
  TimePoint whole_due_{};
};

}  // namespace interleave
