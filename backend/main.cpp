// interleave-backend: the one I/O-bound thing all servers share. See options.cpp for its use, commands.hpp for what
// it understands, event_loop.hpp for how it keeps time.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include <sys/prctl.h>
#include <sys/signalfd.h>

#include "backend/event_loop.hpp"
#include "backend/options.hpp"
#include "core/base/program.hpp"
#include "core/base/standard_output.hpp"
#include "core/net/socket.hpp"
#include "core/workload/load_workload.hpp"

namespace interleave {
namespace {

// From here on the signals that end the process wait until the event loop reads them.
UniqueFd take_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd fd(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!fd.valid()) throw std::system_error(errno, std::generic_category(), "signalfd");
  return fd;
}

void serve(const BackendOptions& options, UniqueFd stop_signals) {
  raise_descriptor_limit();
  ::prctl(PR_SET_TIMERSLACK, 1);  // ns; the default of 50 us would be lateness
  Workload workload = load_workload(options.workload);
  Services services(std::move(workload.services), options.seed);
  Statistics statistics(services.specs().size());
  Commands commands(services, statistics);
  UniqueFd listener = listen_tcp(options.listen, Blocking::no);
  const Endpoint endpoint = local_endpoint(listener.get());
  EventLoop loop(std::move(listener), std::move(stop_signals), services, commands, statistics);
  std::printf("{\"ready\":true,\"port\":%u}\n", static_cast<unsigned>(endpoint.port));
  flush_stdout();  // nobody would ever find a backend whose line is lost
  loop.run();
}

ExitCode run(int argc, char** argv) {
  UniqueFd stop_signals = take_stop_signals();
  const auto options = parse_backend_options(argc, argv);
  if (options) serve(*options, std::move(stop_signals));
  return ExitCode::ok;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // whoever started the backend may have closed its stdout
  return interleave::run_program([&] { return interleave::run(argc, argv); });
}
