#include "harness/trial/trial_processes.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "harness/trial/quiet.hpp"

namespace interleave {
namespace {

constexpr std::chrono::milliseconds kQuietPoll{20};
constexpr std::chrono::milliseconds kDeathNotice{200};  // for an end to be seen after a connection broke

}  // namespace

void fail_trial(Reason reason, std::string detail) {
  throw TrialFailure{reason, std::move(detail)};
}

std::unique_ptr<Child> TrialProcesses::start(const std::string& role, std::vector<std::string> argv,
                                             const std::vector<std::uint32_t>& cpus,
                                             std::map<std::string, std::string> environment) {
  ProcessRecord& process = record_.processes[role];
  process.command = argv;
  process.cpus = cpus;
  auto child = std::make_unique<Child>(Child::spawn(
      {.name = "the " + role, .argv = std::move(argv), .environment = std::move(environment), .cpus = cpus}));
  waiter_.watch(*child);
  return child;
}

void TrialProcesses::start_backend() {
  try {
    backend_ = start("backend",
                     {setup_.backend_program.string(), "--listen", "127.0.0.1:0", "--workload",
                      setup_.workload_file.string(), "--seed", std::to_string(record_.spec.seed)},
                     setup_.layout.backend);
    backend_at_ = await_ready(*backend_, waiter_, now() + setup_.deadlines.start);
    backend_client_.emplace(backend_at_);
  } catch (const std::exception& error) {
    fail_trial(Reason::backend_start_failed, error.what());
  }
}

void TrialProcesses::start_server() {
  std::vector<std::string> command = setup_.server.command;
  command.insert(command.end(), {"--listen", "127.0.0.1:0", "--backend", to_string(backend_at_), "--workload",
                                 setup_.workload_file.string()});
  if (setup_.cpu_rate && !setup_.server.model.can("own_cpu_rate")) {
    command.insert(command.end(), {"--cpu-rate", fmt::format("{:.3f}", setup_.cpu_rate->iterations_per_us)});
  }
  try {
    server_ = start("server", std::move(command), setup_.layout.server);
    server_at_ = await_ready(*server_, waiter_, now() + setup_.deadlines.start);
  } catch (const ProgramNotSupported& error) {
    fail_trial(Reason::skipped_not_supported, error.what());
  } catch (const std::exception& error) {
    fail_trial(Reason::server_start_failed, error.what());
  }
}

void TrialProcesses::check_alive() {
  backend_->poll();
  server_->poll();
  if (backend_->exited())
    fail_trial(Reason::backend_died, "the backend ended during the trial: " + describe_end(*backend_));
  if (server_->exited())
    fail_trial(Reason::server_died, "the server ended during the trial: " + describe_end(*server_));
}

BackendStats TrialProcesses::backend_stats() {
  try {
    last_stats_ = parse_backend_stats(backend_client_->command({"STATS"}, now() + setup_.deadlines.counters));
    return last_stats_;
  } catch (const std::exception& error) {
    // A broken connection is noticed before the end of the process is.
    check_alive_after_break();
    fail_trial(Reason::backend_died, std::string("the backend does not answer STATS: ") + error.what());
  }
}

void TrialProcesses::check_alive_after_break() {
  if (waiter_.until(now() + kDeathNotice, [this] { return backend_->exited().has_value(); })) check_alive();
}

bool TrialProcesses::await_quiet() {
  QuietWatch watch(setup_.deadlines.still);
  const TimePoint deadline = now() + setup_.deadlines.quiet;
  while (now() < deadline) {
    check_alive();
    if (watch.observe(backend_stats(), now())) return true;
    (void)waiter_.until(now() + kQuietPoll, [this] { return server_->exited() || backend_->exited(); });
  }
  return false;
}

std::string TrialProcesses::quiet_detail() const {
  return fmt::format("{} calls in flight, {} made so far, {} s after the warm-up", last_stats_.in_flight,
                     last_stats_.calls,
                     std::chrono::duration_cast<std::chrono::seconds>(setup_.deadlines.quiet).count());
}

Snapshot TrialProcesses::snapshot() {
  Snapshot taken;
  if (setup_.server.model.can("live_counters")) {
    try {
      taken.server = parse_server_counters(live_counters_line(*server_, waiter_, now() + setup_.deadlines.counters));
    } catch (const std::exception& error) {
      check_alive();
      record_.warnings.push_back({std::string("no live counters, so accounting is two-way: ") + error.what(),
                                  "the server's --describe promises live_counters: see servers/README.md"});
    }
  }
  taken.backend = backend_stats();
  return taken;
}

void TrialProcesses::stop(Child& child) {
  const Child::Ending ending = child.terminate(setup_.deadlines.stop);
  if (ending.forced) {
    record_.warnings.push_back(
        {child.name() + " did not end within 2 s of SIGTERM and was killed", "see servers/README.md"});
  } else if (!ending.status.success()) {
    record_.warnings.push_back({child.name() + " ended with " + describe_end(child), ""});
  }
}

}  // namespace interleave
