#include "harness/process/interrupt.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace interleave {
namespace {

constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing but globals. Lock-free, hence async-signal-safe.
std::atomic<int> first_signal{0};
std::atomic<int> event_fd{-1};

void handle(int number) {
  int none = 0;
  if (!first_signal.compare_exchange_strong(none, number)) ::_exit(128 + number);
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_fd.load(), &one, sizeof one);
  errno = saved;
}

}  // namespace

Interrupt::Interrupt() {
  event_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event_.valid()) throw std::system_error(errno, std::generic_category(), "eventfd");
  event_fd = event_.get();
  first_signal = 0;
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  for (const int number : kSignals) ::sigaction(number, &action, nullptr);
}

Interrupt::~Interrupt() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (const int number : kSignals) ::sigaction(number, &action, nullptr);
  event_fd = -1;
}

// The flag is global, but only an Interrupt sets it.
int Interrupt::signal() const noexcept {  // NOLINT(readability-convert-member-functions-to-static)
  return first_signal.load();
}
int Interrupt::wake_fd() const noexcept {
  return event_.get();
}

void Interrupt::check() const {
  if (const int number = signal(); number != 0) throw Interrupted{number};
}

}  // namespace interleave
