// Tells a server to stop: a file descriptor that becomes readable and stays so, to be waited for beside sockets.
// raise() is async-signal-safe and idempotent.
#pragma once
#include "core/base/unique_fd.hpp"

namespace interleave {

class StopEvent {
 public:
  StopEvent();  // throws std::system_error

  void raise() const noexcept;
  [[nodiscard]] bool raised() const noexcept;
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace interleave
