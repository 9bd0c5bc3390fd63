// SIGINT, SIGTERM and SIGHUP end a run cleanly; the second one ends it at once.
//
// The first signal only sets a flag and wakes whoever waits: the trial under way is abandoned (its children are
// killed by their owners), what is complete stays on disk. The second ends the process in the handler; the kernel
// then kills the children (PR_SET_PDEATHSIG). Handlers are process-wide, so there is at most one Interrupt at a time.
#pragma once
#include "core/base/unique_fd.hpp"

namespace interleave {

class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // The first signal that came, 0 if none did.
  [[nodiscard]] int signal() const noexcept;
  // Becomes, and stays, readable with the first signal.
  [[nodiscard]] int wake_fd() const noexcept;
  // Throws Interrupted if a signal came.
  void check() const;

 private:
  UniqueFd event_;
};

// Unwinds a run; deliberately no std::exception, so that nothing but the run's own handler takes it for a failure.
struct Interrupted {
  int signal = 0;
  // As a shell reports it: 130 for SIGINT.
  [[nodiscard]] int exit_code() const noexcept { return 128 + signal; }
};

}  // namespace interleave
