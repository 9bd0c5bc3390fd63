// An event that is waited for beside sockets: a file descriptor that becomes readable when it is raised and stays so
// until it is cleared. Tells servers to stop, and wakes selectors. Thread-safe; raise() is async-signal-safe and
// idempotent.
#pragma once
#include "core/base/unique_fd.hpp"

namespace interleave {

class WakeEvent {
 public:
  WakeEvent();  // throws std::system_error

  void raise() const noexcept;
  void clear() const noexcept;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace interleave
