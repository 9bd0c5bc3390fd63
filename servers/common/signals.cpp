#include "servers/common/signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include <sys/time.h>
#include <unistd.h>

#include "servers/common/counters_line.hpp"

namespace interleave {
namespace {

constexpr int kForcedAfterMicroseconds = 1'500'000;
constexpr std::array<int, 4> kSignals{SIGUSR1, SIGTERM, SIGINT, SIGALRM};

// Handlers have no argument of ours, so what they act on must be reachable from here.
std::atomic<Server*> current_server{nullptr};
std::atomic<const Counters*> current_counters{nullptr};
static_assert(std::atomic<Server*>::is_always_lock_free);

void handle(int signal) {
  const int saved_errno = errno;
  Server* server = current_server.load();
  const Counters* counters = current_counters.load();
  if (server != nullptr && counters != nullptr) {
    if (signal == SIGUSR1) {
      print_counters(*counters);
    } else if (signal == SIGALRM) {
      print_counters(*counters);
      ::_exit(0);
    } else {
      server->stop();
      const itimerval forced{
          .it_interval = {},
          .it_value = {kForcedAfterMicroseconds / 1'000'000, kForcedAfterMicroseconds % 1'000'000}};
      ::setitimer(ITIMER_REAL, &forced, nullptr);  // one system call; safe here though POSIX does not list it
    }
  }
  errno = saved_errno;
}

void install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) sigaddset(&action.sa_mask, signal);
  for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
}

}  // namespace

SignalHandlers::SignalHandlers(Server& server, const Counters& counters) {
  current_counters = &counters;
  current_server = &server;
  install(handle);
}

SignalHandlers::~SignalHandlers() {
  ::setitimer(ITIMER_REAL, nullptr, nullptr);
  install(SIG_IGN);  // the server is about to go; a late signal must not end the process before its last line
  current_server = nullptr;
  current_counters = nullptr;
}

}  // namespace interleave
