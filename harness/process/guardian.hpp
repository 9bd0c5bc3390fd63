// Ends a process group if this process ends without having done so. PR_SET_PDEATHSIG reaches a child whose parent was
// killed with SIGKILL, but not the child's own children: the workers of a preforking server, a program behind a shell
// script. So each child has a guardian, a shell that waits on a pipe only we hold: its end without a word means that
// we are gone.
//
// Not thread-safe; belongs to the one who owns the group.
#pragma once
#include <sys/types.h>

#include "core/base/unique_fd.hpp"

namespace interleave {

class Guardian {
 public:
  Guardian() = default;  // guards nothing
  // REQUIRES: the group exists. Throws std::system_error.
  explicit Guardian(pid_t group);
  ~Guardian() { end(); }
  Guardian(Guardian&& other) noexcept;
  Guardian& operator=(Guardian&& other) noexcept;
  Guardian(const Guardian&) = delete;
  Guardian& operator=(const Guardian&) = delete;

  // The group has ended, or its number is about to be free: from now on nothing is killed. Does not wait.
  void dismiss() noexcept;

 private:
  void end() noexcept;

  pid_t pid_ = -1;
  UniqueFd line_;
};

}  // namespace interleave
