#include "harness/trial/runner.hpp"

#include <ctime>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/backend/blocking_client.hpp"
#include "core/service/service.hpp"
#include "harness/process/child.hpp"
#include "harness/process/program.hpp"
#include "harness/process/sampler.hpp"
#include "harness/trial/accounting.hpp"
#include "harness/trial/quiet.hpp"
#include "harness/trial/verify.hpp"
#include "harness/trial/wrk_run.hpp"

namespace interleave {
namespace {

constexpr std::chrono::milliseconds kQuietPoll{20};
constexpr std::chrono::milliseconds kDeathNotice{200};  // for an end to be seen after a connection broke

// Ends a trial early; becomes its finding.
struct TrialFailure {
  Reason reason;
  std::string detail;
};

struct Snapshot {
  TimePoint at;
  std::optional<ServerCounters> server;
  BackendStats backend;
};

class Trial {
 public:
  Trial(const TrialSpec& spec, const TrialSetup& setup, const Interrupt& interrupt)
      : spec_(spec), setup_(setup), waiter_(interrupt) {
    record_.spec = spec;
    record_.started_utc = utc_now();
  }

  TrialRecord run() {
    guard([this] {
      start_backend();
      start_server();
      verify_server();
      warm_up();
      if (!await_quiet()) fail(Reason::not_quiet, quiet_detail());
      measure();
      finish();
    });
    record_.validity = verdict(record_.findings);
    return std::move(record_);
  }

  Verification run_verification() {
    guard([this] {
      start_backend();
      start_server();
      verify_server();
      stop(server_);
      stop(backend_);
    });
    return {std::move(verified_), std::move(record_.findings)};
  }

 private:
  // Whatever goes wrong becomes a finding; only Interrupted passes.
  template <class Steps>
  void guard(Steps steps) {
    try {
      steps();
    } catch (const TrialFailure& failure) {
      record_.findings.push_back({failure.reason, failure.detail});
    } catch (const std::exception& error) {
      record_.findings.push_back({Reason::harness_error, error.what()});
    }
  }

  [[noreturn]] static void fail(Reason reason, std::string detail) { throw TrialFailure{reason, std::move(detail)}; }

  void start_backend();
  void start_server();
  void verify_server();
  void warm_up();
  bool await_quiet();
  void measure();
  void finish();

  std::unique_ptr<Child> start(const std::string& role, std::vector<std::string> argv,
                               const std::vector<std::uint32_t>& cpus,
                               std::map<std::string, std::string> environment = {});
  const Child& run_wrk(std::chrono::nanoseconds duration, const std::filesystem::path& report, Sampler* sampler);
  [[nodiscard]] WrkResult load_result(const Child& wrk, const std::filesystem::path& report) const;
  Snapshot snapshot();
  BackendStats backend_stats();
  void check_alive();
  void account_window(const Snapshot& before, const Snapshot& after, const Child& wrk);
  void store_samples(const Sampler& sampler, const Child& wrk);
  void stop(std::unique_ptr<Child>& child);
  [[nodiscard]] std::string quiet_detail() const;

  const TrialSpec& spec_;
  const TrialSetup& setup_;
  Waiter waiter_;
  TrialRecord record_;
  std::unique_ptr<Child> backend_;
  std::unique_ptr<Child> server_;
  std::unique_ptr<Child> generator_;
  std::optional<BlockingBackendClient> backend_client_;
  Endpoint backend_at_;
  Endpoint server_at_;
  VerifyOutcome verified_;
  BackendStats last_stats_;
  bool quiet_at_end_ = false;
};

std::unique_ptr<Child> Trial::start(const std::string& role, std::vector<std::string> argv,
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

void Trial::start_backend() {
  try {
    backend_ = start("backend",
                     {setup_.backend_program.string(), "--listen", "127.0.0.1:0", "--workload",
                      setup_.workload_file.string(), "--seed", std::to_string(spec_.seed)},
                     setup_.layout.backend);
    backend_at_ = await_ready(*backend_, waiter_, now() + setup_.deadlines.start);
    backend_client_.emplace(backend_at_);
  } catch (const std::exception& error) {
    fail(Reason::backend_start_failed, error.what());
  }
}

void Trial::start_server() {
  std::vector<std::string> command{
      setup_.server.program.string(), "--listen", "127.0.0.1:0", "--backend", to_string(backend_at_), "--workload",
      setup_.workload_file.string()};
  if (setup_.cpu_rate) {
    command.insert(command.end(), {"--cpu-rate", fmt::format("{:.3f}", setup_.cpu_rate->iterations_per_us)});
  }
  try {
    server_ = start("server", std::move(command), setup_.layout.server);
    server_at_ = await_ready(*server_, waiter_, now() + setup_.deadlines.start);
  } catch (const ProgramNotSupported& error) {
    fail(Reason::skipped_not_supported, error.what());
  } catch (const std::exception& error) {
    fail(Reason::server_start_failed, error.what());
  }
}

// Throws if one of the two has ended: whoever died first is named, not who suffered from it.
void Trial::check_alive() {
  backend_->poll();
  server_->poll();
  if (backend_->exited())
    fail(Reason::backend_died, "the backend ended during the trial: " + describe_end(*backend_));
  if (server_->exited()) fail(Reason::server_died, "the server ended during the trial: " + describe_end(*server_));
}

BackendStats Trial::backend_stats() {
  try {
    last_stats_ = parse_backend_stats(backend_client_->command({"STATS"}, now() + setup_.deadlines.counters));
    return last_stats_;
  } catch (const std::exception& error) {
    // A broken connection is noticed before the end of the process is.
    if (waiter_.until(now() + kDeathNotice, [this] { return backend_->exited().has_value(); })) check_alive();
    fail(Reason::backend_died, std::string("the backend does not answer STATS: ") + error.what());
  }
}

void Trial::verify_server() {
  const Service service(setup_.workload, setup_.cpu_rate.value_or(CpuRate{1}));
  try {
    verified_ = verify({&setup_.server.model, server_at_, &setup_.workload, &service}, *backend_client_);
  } catch (const std::exception& error) {
    if (waiter_.until(now() + kDeathNotice, [this] { return backend_->exited().has_value(); })) check_alive();
    fail(Reason::backend_died, std::string("while verifying: ") + error.what());
  }
  check_alive();
  if (verified_.failure) fail(Reason::verify_failed, *verified_.failure);
}

const Child& Trial::run_wrk(std::chrono::nanoseconds duration, const std::filesystem::path& report,
                            Sampler* sampler) {
  WrkJob job = wrk_job(spec_, setup_.workload, server_at_, duration);
  job.script = setup_.wrk_script;
  job.report = report;
  const WrkCommand command = wrk_command(job);
  try {
    generator_ = start("generator", command.arguments, setup_.layout.generator, command.environment);
  } catch (const std::system_error& error) {
    fail(Reason::wrk_failed, std::string("cannot start wrk: ") + error.what());
  }
  if (sampler != nullptr) sampler->add("generator", generator_->pid());
  if (!await_wrk(*generator_, waiter_, duration, setup_.deadlines.wrk_grace, sampler, [this] { check_alive(); })) {
    fail(Reason::wrk_failed, "wrk did not end in time");
  }
  waiter_.forget(*generator_);
  return *generator_;
}

WrkResult Trial::load_result(const Child& wrk, const std::filesystem::path& report) const {
  if (!wrk.exited()->success()) fail(Reason::wrk_failed, "wrk ended with " + describe_end(wrk));
  try {
    WrkResult result = read_wrk_report(report, spec_.connections);
    const std::size_t routes = setup_.workload.routes.size();
    if (routes > 1 && result.route_requests.size() != routes) {
      throw WrkReportError("wrk's report: 'routes' has not one count for each route");
    }
    return result;
  } catch (const WrkReportError& error) {
    fail(Reason::wrk_failed, error.what());
  }
}

void Trial::warm_up() {
  if (spec_.warmup.count() == 0) return;
  const auto report = setup_.scratch / "warmup.json";
  const Child& wrk = run_wrk(spec_.warmup, report, nullptr);
  check_alive();
  if (!wrk.exited()->success()) fail(Reason::wrk_failed, "wrk ended with " + describe_end(wrk) + " (warm-up)");
}

bool Trial::await_quiet() {
  QuietWatch watch(setup_.deadlines.still);
  const TimePoint deadline = now() + setup_.deadlines.quiet;
  while (now() < deadline) {
    check_alive();
    if (watch.observe(backend_stats(), now())) return true;
    (void)waiter_.until(now() + kQuietPoll, [this] { return server_->exited() || backend_->exited(); });
  }
  return false;
}

std::string Trial::quiet_detail() const {
  return fmt::format("{} calls in flight, {} made so far, {} s after the warm-up", last_stats_.in_flight,
                     last_stats_.calls,
                     std::chrono::duration_cast<std::chrono::seconds>(setup_.deadlines.quiet).count());
}

Snapshot Trial::snapshot() {
  Snapshot taken;
  taken.at = now();
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

void Trial::measure() {
  const auto report = setup_.scratch / "report.json";
  std::error_code ignored;
  std::filesystem::remove(report, ignored);
  const Snapshot before = snapshot();
  record_.server_before = before.server;
  record_.backend_before = before.backend;
  Sampler sampler({{"server", server_->pid()}, {"backend", backend_->pid()}});
  sampler.sample();
  const TimePoint begin = now();
  const Child& wrk = run_wrk(spec_.duration, report, &sampler);
  sampler.sample();
  const TimePoint end = now();
  store_samples(sampler, wrk);
  record_.window_ns = static_cast<std::uint64_t>((end - begin).count());
  check_alive();
  record_.wrk = load_result(wrk, report);
  Snapshot after = snapshot();
  if (!before.server) after.server.reset();
  record_.server_after = after.server;
  record_.backend_after = after.backend;
  account_window(before, after, wrk);
}

void Trial::store_samples(const Sampler& sampler, const Child& wrk) {
  for (auto& [role, trace] : sampler.processes()) {
    record_.processes[role].samples = trace.samples;
    record_.processes[role].window = trace.window;
  }
  // The generator ended between two looks; the kernel's account at its end misses nothing.
  ProcessWindow window = record_.processes["generator"].window.value_or(ProcessWindow{});
  window.cpu_user_ns = static_cast<std::uint64_t>(wrk.ended_usage().user.count());
  window.cpu_system_ns = static_cast<std::uint64_t>(wrk.ended_usage().system.count());
  window.cpu_ns = window.cpu_user_ns + window.cpu_system_ns;
  window.max_rss_kib = static_cast<std::uint64_t>(wrk.ended_usage().max_rss_kib);
  record_.processes["generator"].window = window;
  const MachineTrace machine = sampler.machine();
  record_.machine_samples = machine.samples;
  record_.machine_window = machine.window;
}

void Trial::account_window(const Snapshot& before, const Snapshot& after, const Child& wrk) {
  AccountingInput input;
  input.connections = spec_.connections;
  input.routes.clear();
  for (const Route& route : setup_.workload.routes) {
    input.routes.push_back({setup_.server.model.can("routes") ? calls_per_request(route) : 0, route.expect.status});
  }
  input.wrk = *record_.wrk;
  if (after.server) input.server_before = before.server;
  input.server_after = after.server;
  input.backend_before = before.backend;
  input.backend_after = after.backend;
  input.generator_cpu_ns = static_cast<std::uint64_t>((wrk.ended_usage().user + wrk.ended_usage().system).count());
  input.window_ns = record_.window_ns;
  if (record_.machine_window) input.steal_percent = record_.machine_window->steal_percent;
  if (before.server && after.server && record_.processes["server"].window) {
    const ServerCounters window = difference(*after.server, *before.server);
    record_.processes["server"].window->voluntary_switches = window.voluntary_switches;
    record_.processes["server"].window->involuntary_switches = window.involuntary_switches;
  }
  const AccountingOutcome outcome = account(input);
  record_.accounting = outcome.accounting;
  record_.findings = outcome.findings;
  record_.warnings.insert(record_.warnings.end(), outcome.warnings.begin(), outcome.warnings.end());
}

void Trial::stop(std::unique_ptr<Child>& child) {
  const Child::Ending ending = child->terminate(setup_.deadlines.stop);
  if (ending.forced) {
    record_.warnings.push_back(
        {child->name() + " did not end within 2 s of SIGTERM and was killed", "see servers/README.md"});
  } else if (!ending.status.success()) {
    record_.warnings.push_back({child->name() + " ended with " + describe_end(*child), ""});
  }
}

// With nothing in flight any more the books close exactly: what the server says it asked for, the backend has seen.
void Trial::finish() {
  quiet_at_end_ = await_quiet();
  if (!quiet_at_end_)
    record_.warnings.push_back({"the server was still busy with abandoned requests at the end", ""});
  const std::uint64_t calls_seen = last_stats_.calls;
  stop(server_);
  stop(backend_);
  const auto line = last_counters_line(*server_);
  if (!line) {
    record_.warnings.push_back({"the server printed no counters at its end", "see servers/README.md"});
    return;
  }
  try {
    record_.server_final = parse_server_counters(*line);
  } catch (const std::exception& error) {
    record_.warnings.push_back({std::string("the server's last line: ") + error.what(), "see servers/README.md"});
    return;
  }
  const std::uint64_t asked = record_.server_final->backend_calls;
  const std::uint64_t failed = record_.server_final->backend_errors;
  if (quiet_at_end_ && (asked < calls_seen || asked > calls_seen + failed)) {
    record_.findings.push_back({Reason::backend_calls_mismatch,
                                fmt::format("at the end, with nothing in flight, the server counts {} backend calls "
                                            "({} failed) and the backend {}",
                                            asked, failed, calls_seen)});
  }
}

}  // namespace

TrialRecord run_trial(const TrialSpec& spec, const TrialSetup& setup, const Interrupt& interrupt) {
  return Trial(spec, setup, interrupt).run();
}

Verification run_verification(const TrialSpec& spec, const TrialSetup& setup, const Interrupt& interrupt) {
  return Trial(spec, setup, interrupt).run_verification();
}

std::string utc_now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace interleave
