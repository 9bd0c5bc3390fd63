// The main() of every server model.
#include <csignal>
#include <cstdio>

#include "core/base/program.hpp"
#include "core/base/standard_output.hpp"
#include "core/trace/trace_file.hpp"
#include "core/workload/load_workload.hpp"
#include "servers/common/counters_line.hpp"
#include "servers/common/options.hpp"
#include "servers/common/server.hpp"
#include "servers/common/signals.hpp"

namespace interleave {
namespace {

// Before the first client: loop, events, listener, what libraries hold in reserve; a backend connection; a file.
constexpr std::size_t kDescriptors = 16;

CpuRate cpu_rate(const ServerOptions& options, const Workload& workload) {
  if (options.cpu_rate) return {*options.cpu_rate};
  return has_cpu_work(workload) ? calibrate_cpu_rate() : CpuRate{1};
}

void serve(const ServerOptions& options) {
  raise_descriptor_limit();
  require_descriptors(kDescriptors);
  const Workload workload = load_workload(options.workload);
  const Service service(workload, cpu_rate(options, workload));
  Counters counters;
  std::optional<TraceRecorder> trace;
  ServerConfig config = options.config;
  if (!options.trace.empty()) config.trace = &trace.emplace(counters.trace_events_dropped());
  const std::unique_ptr<Server> server = make_server(config, service, counters);
  const Endpoint endpoint = server->listen();
  {
    const SignalHandlers handlers(*server, counters);
    std::printf("{\"ready\":true,\"port\":%u}\n", static_cast<unsigned>(endpoint.port));
    flush_stdout();  // nobody would ever find a server whose line is lost
    server->run();
  }
  print_counters(counters);
  if (trace) write_trace(options.trace, trace->collect());
}

ExitCode run(int argc, char** argv) {
  const auto options = parse_server_options(argc, argv, model_info());
  if (options) serve(*options);
  return ExitCode::ok;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that leaves is an error of one write, not the end of the server
  return interleave::run_program([&] { return interleave::run(argc, argv); });
}
