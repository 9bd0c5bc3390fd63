#include "harness/weave/record_weave.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "core/base/atomic_file.hpp"
#include "core/base/error.hpp"
#include "core/trace/trace_file.hpp"
#include "harness/process/child.hpp"
#include "harness/process/program.hpp"

namespace interleave {
namespace {

constexpr std::chrono::seconds kStart{10};
constexpr std::chrono::milliseconds kStop{2'000};
constexpr std::chrono::seconds kPatience{10};  // beyond the time that the requests take one after another

class Recording {
 public:
  Recording(const WeaveSetup& setup, const Interrupt& interrupt) : setup_(setup), interrupt_(interrupt) {
    for (const Cpu& cpu : setup.topology.allowed) cpus_.push_back(cpu.id);
    const std::vector<Route>& routes = setup.workload.routes;
    for (std::size_t i = 0; i < setup.requests; ++i) {
      const Route& route = routes[i % routes.size()];
      targets_.push_back(fmt::format("{}?id={}", route.target, i + 1));
      one_by_one_ += std::chrono::duration_cast<Nanoseconds>(nominal_time(setup.workload, route));
    }
  }

  std::vector<WeaveRequest> run_once() {
    Waiter waiter(interrupt_);
    Child backend = spawn("the backend", {setup_.backend_program.string(), "--listen", "127.0.0.1:0", "--workload",
                                          setup_.workload_file.string(), "--seed", "1"});
    waiter.watch(backend);
    const Endpoint backend_at = await_ready(backend, waiter, now() + kStart);
    const std::filesystem::path file = setup_.scratch / "server.trace";
    Child server = spawn("the server", server_command(backend_at, file));
    waiter.watch(server);
    const Endpoint server_at = await_ready(server, waiter, now() + kStart);
    // The first round opens the server's connections to the backend and brings its code into memory.
    (void)ask(server_at);
    const std::vector<TimedReply> replies = ask(server_at);
    stop(server);
    const Trace trace = read_trace(file);
    std::filesystem::remove(file);
    return weave_of(trace, replies, targets_);
  }

 private:
  [[nodiscard]] Child spawn(const char* name, std::vector<std::string> argv) const {
    return Child::spawn({.name = name, .argv = std::move(argv), .cpus = cpus_});
  }

  [[nodiscard]] std::vector<std::string> server_command(const Endpoint& backend,
                                                        const std::filesystem::path& trace) const {
    std::vector<std::string> argv = setup_.server.command;
    argv.insert(argv.end(), {"--listen", "127.0.0.1:0", "--backend", to_string(backend), "--workload",
                             setup_.workload_file.string(), "--cpu-rate",
                             fmt::format("{:.3f}", setup_.cpu_rate.iterations_per_us), "--trace", trace.string()});
    if (setup_.server.model.has_option("--threads")) {
      argv.insert(argv.end(), {"--threads", std::to_string(setup_.threads)});
    }
    return argv;
  }

  [[nodiscard]] std::vector<TimedReply> ask(const Endpoint& server) const {
    std::vector<TimedReply> replies = ask_together(server, targets_, now() + one_by_one_ + kPatience, interrupt_);
    for (std::size_t i = 0; i < replies.size(); ++i) {
      const Route& route = setup_.workload.routes[i % setup_.workload.routes.size()];
      if (replies[i].status == route.expect.status) continue;
      throw std::runtime_error(
          fmt::format("{}: status {} instead of {}", targets_[i], replies[i].status, route.expect.status));
    }
    return replies;
  }

  static void stop(Child& server) {
    const Child::Ending ending = server.terminate(kStop);
    if (ending.forced) throw ProgramError("the server did not end within 2 s of SIGTERM: no trace");
    if (!ending.status.success()) throw ProgramError("the server ended with " + describe_end(server));
  }

  const WeaveSetup& setup_;
  const Interrupt& interrupt_;
  std::vector<std::uint32_t> cpus_;  // all: a child would inherit where the harness is pinned
  std::vector<std::string> targets_;
  Nanoseconds one_by_one_{0};
};

std::int64_t finish_of(const std::vector<WeaveRequest>& requests) {
  std::int64_t finish = 0;
  for (const WeaveRequest& request : requests) finish = std::max(finish, request.received_ns);
  return finish;
}

std::size_t median_of(const std::vector<std::int64_t>& finish_ns) {
  std::vector<std::size_t> order(finish_ns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return finish_ns[a] < finish_ns[b]; });
  return order[(order.size() - 1) / 2];
}

void predict(const WeaveSetup& setup, WeaveRecord& weave) {
  ModelDescription model = setup.server.model;
  if (model.has_option("--threads")) model.in_flight_limit = setup.threads;
  weave.in_flight_limit = model.in_flight_limit;
  const Capacity capacity = capacity_of(model, weave.cores);
  const std::vector<Route>& routes = setup.workload.routes;
  // A loop that serves one request at a time waits like a thread: one call after another.
  const bool calls_overlap = model.family == "loop" && model.in_flight_limit != 1U;
  std::vector<DemandChain> chains;
  for (std::size_t i = 0; i < setup.requests; ++i) {
    chains.push_back(demands_of(setup.workload, routes[i % routes.size()], calls_overlap));
  }
  const auto finished = finish_times(chains, capacity);
  for (std::size_t i = 0; i < finished.size(); ++i) weave.requests[i].predicted_ns = finished[i].count();
  weave.predicted_finish_ns = std::max_element(finished.begin(), finished.end())->count();
}

}  // namespace

WeaveRecord record_weave(const WeaveSetup& setup, const Interrupt& interrupt) {
  const ModelDescription& model = setup.server.model;
  if (!model.can("trace")) {
    throw UsageError("'" + model.name +
                     "' records no trace: choose a model that does (interleave list models --json)");
  }
  WeaveRecord weave{.model = model.name,
                    .family = model.family,
                    .workload = setup.workload.name,
                    .workload_source = setup.workload_source,
                    .in_flight_limit = model.in_flight_limit,
                    .cores = physical_cores(setup.topology),
                    .finish_ns = {},
                    .kept = 0,
                    .predicted_finish_ns = 0,
                    .lanes = 0,
                    .requests = {}};
  Recording recording(setup, interrupt);
  std::vector<std::vector<WeaveRequest>> runs;
  for (std::size_t i = 0; i < setup.runs; ++i) {
    runs.push_back(recording.run_once());
    weave.finish_ns.push_back(finish_of(runs.back()));
  }
  weave.kept = median_of(weave.finish_ns);
  weave.requests = std::move(runs[weave.kept]);
  weave.lanes = renumber_lanes(weave.requests);
  if (const auto overlap = overlap_in_lanes(weave.requests)) {
    throw std::runtime_error("the trace cannot be believed: " + *overlap);
  }
  predict(setup, weave);
  return weave;
}

std::filesystem::path weave_path(const std::filesystem::path& run_folder, const std::string& model) {
  return run_folder / "weave" / (model + ".json");
}

void write_weave(const std::filesystem::path& run_folder, const WeaveRecord& weave) {
  const std::filesystem::path file = weave_path(run_folder, weave.model);
  std::filesystem::create_directories(file.parent_path());
  write_atomically(file, to_json(weave));
  write_atomically(run_folder / "weave" / (weave.model + ".perfetto.json"), to_perfetto(weave));
}

}  // namespace interleave
