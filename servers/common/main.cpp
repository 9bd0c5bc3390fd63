// The main() of every server model.
#include <csignal>
#include <cstdio>
#include <exception>

#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/base/error.hpp"
#include "core/workload/load_workload.hpp"
#include "servers/common/counters_line.hpp"
#include "servers/common/options.hpp"
#include "servers/common/server.hpp"
#include "servers/common/signals.hpp"

namespace interleave {
namespace {

// A server holds a descriptor per client and per backend connection; the soft limit is often 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool needs_cpu_rate(const Workload& workload) {
  for (const Route& route : workload.routes) {
    for (const Step& step : route.steps) {
      if (std::holds_alternative<CpuStep>(step)) return true;
    }
  }
  return false;
}

CpuRate cpu_rate(const ServerOptions& options, const Workload& workload) {
  if (options.cpu_rate) return {*options.cpu_rate};
  return needs_cpu_rate(workload) ? calibrate_cpu_rate() : CpuRate{1};
}

void serve(const ServerOptions& options) {
  raise_descriptor_limit();
  const Workload workload = load_workload(options.workload);
  const Service service(workload, cpu_rate(options, workload));
  Counters counters;
  const std::unique_ptr<Server> server = make_server(options.config, service, counters);
  const Endpoint endpoint = server->listen();
  {
    const SignalHandlers handlers(*server, counters);
    std::printf("{\"ready\":true,\"port\":%u}\n", static_cast<unsigned>(endpoint.port));
    std::fflush(stdout);
    server->run();
  }
  print_counters(counters);
}

ExitCode report(const char* message, ExitCode code) {
  std::fprintf(stderr, "error: %s\n", message);
  return code;
}

ExitCode run(int argc, char** argv) {
  try {
    const auto options = parse_server_options(argc, argv, model_info());
    if (options) serve(*options);
    return ExitCode::ok;
  } catch (const UsageError& error) {
    return report(error.what(), ExitCode::usage);
  } catch (const NotSupported& error) {
    return report(error.what(), ExitCode::not_supported);
  } catch (const std::exception& error) {
    return report(error.what(), ExitCode::failure);
  }
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that leaves is an error of one write, not the end of the server
  return static_cast<int>(interleave::run(argc, argv));
}
