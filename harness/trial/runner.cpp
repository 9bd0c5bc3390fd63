#include "harness/trial/runner.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/service/service.hpp"
#include "harness/process/child.hpp"
#include "harness/process/program.hpp"
#include "harness/process/sampler.hpp"
#include "harness/trial/accounting.hpp"
#include "harness/trial/fairness.hpp"
#include "harness/trial/generator_run.hpp"
#include "harness/trial/trial_processes.hpp"
#include "harness/trial/verify.hpp"

namespace interleave {
namespace {

bool has_own_core(const CpuLayout& layout) {
  const auto used = [](const std::vector<std::uint32_t>& cpus, std::uint32_t cpu) {
    return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end();
  };
  return layout.pinned && !layout.generator.empty() &&
         std::none_of(layout.generator.begin(), layout.generator.end(),
                      [&](std::uint32_t cpu) { return used(layout.backend, cpu) || used(layout.server, cpu); });
}

class Trial {
 public:
  Trial(const TrialSpec& spec, const TrialSetup& setup, const Interrupt& interrupt)
      : spec_(spec), setup_(setup), processes_(setup, interrupt, record_) {
    record_.spec = spec;
    record_.started_utc = utc_now();
  }

  TrialRecord run() {
    guard([this] {
      processes_.start_backend();
      processes_.start_server();
      verify_server();
      warm_up();
      if (!processes_.await_quiet()) fail_trial(Reason::not_quiet, processes_.quiet_detail());
      measure();
      finish();
    });
    record_.validity = verdict(record_.findings);
    return std::move(record_);
  }

  static TrialRecord unrun_trial(const TrialSpec& spec, Finding why) {
    TrialRecord record;
    record.spec = spec;
    record.started_utc = utc_now();
    record.findings.push_back(std::move(why));
    record.validity = verdict(record.findings);
    return record;
  }

  Verification run_verification() {
    guard([this] {
      processes_.start_backend();
      processes_.start_server();
      verify_server();
      processes_.stop_server();
      processes_.stop_backend();
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

  void verify_server();
  void warm_up();
  void measure();
  void finish();

  [[nodiscard]] DriverJob job(std::chrono::nanoseconds warmup, std::chrono::nanoseconds duration,
                              const char* report) const;
  const Child& run_load(const DriverJob& job, Sampler* sampler);
  [[nodiscard]] DriverResult load_result(const Child& generator, const DriverJob& job) const;
  void account_window(const Snapshot& before, const Snapshot& after, const Child& generator);
  void store_samples(const Sampler& sampler, const Child& generator);

  const TrialSpec& spec_;
  const TrialSetup& setup_;
  TrialRecord record_;
  TrialProcesses processes_;
  std::unique_ptr<Child> generator_;
  VerifyOutcome verified_;
};

void Trial::verify_server() {
  const Service service(setup_.workload, setup_.cpu_rate.value_or(CpuRate{1}));
  try {
    verified_ = verify(
        {&setup_.server.model, processes_.server_at(), &setup_.workload, &service, &processes_.waiter().interrupt()},
        processes_.backend_client());
  } catch (const std::exception& error) {
    processes_.check_alive_after_break();
    fail_trial(Reason::backend_died, std::string("while verifying: ") + error.what());
  }
  processes_.check_alive();
  if (verified_.failure) fail_trial(Reason::verify_failed, *verified_.failure);
}

DriverJob Trial::job(std::chrono::nanoseconds warmup, std::chrono::nanoseconds duration, const char* report) const {
  return {.spec = spec_,
          .workload = setup_.workload,
          .server = processes_.server_at(),
          .workload_file = setup_.workload_file,
          .warmup = warmup,
          .duration = duration,
          .own_core = has_own_core(setup_.layout),
          .report = setup_.scratch / report};
}

const Child& Trial::run_load(const DriverJob& job, Sampler* sampler) {
  const DriverCommand command = setup_.driver.command(job);
  std::error_code ignored;
  std::filesystem::remove(job.report, ignored);  // of an earlier trial
  try {
    generator_ = processes_.start("generator", command.arguments, setup_.layout.generator, command.environment);
  } catch (const std::system_error& error) {
    fail_trial(Reason::generator_failed, fmt::format("cannot start {}: {}", spec_.load.driver, error.what()));
  }
  if (sampler != nullptr) sampler->add("generator", generator_->pid());
  const GeneratorTimes times{.interrupt_after = command.interrupt_after,
                             .give_up_after = command.busy_for + setup_.deadlines.generator_grace};
  Waiter& waiter = processes_.waiter();
  // A warm-up of the trial's own is not stalled.
  Stalls stalls(sampler != nullptr ? spec_.stall : std::nullopt, now() + job.warmup, processes_.server().pid());
  const GeneratorCompany company{
      .sampler = sampler, .stalls = &stalls, .on_wake = [this] { processes_.check_alive(); }};
  if (!await_generator(*generator_, waiter, times, company)) {
    fail_trial(Reason::generator_failed, spec_.load.driver + " did not end in time");
  }
  waiter.forget(*generator_);
  return *generator_;
}

DriverResult Trial::load_result(const Child& generator, const DriverJob& job) const {
  if (!generator.exited()->success()) {
    fail_trial(Reason::generator_failed, spec_.load.driver + " ended with " + describe_end(generator));
  }
  try {
    return setup_.driver.read(job);
  } catch (const DriverReportError& error) {
    fail_trial(Reason::generator_failed, error.what());
  }
}

void Trial::warm_up() {
  if (spec_.warmup.count() == 0 || setup_.driver.warms_up()) return;
  const Child& generator = run_load(job({}, spec_.warmup, "warmup.json"), nullptr);
  processes_.check_alive();
  if (!generator.exited()->success()) {
    fail_trial(Reason::generator_failed, spec_.load.driver + " ended with " + describe_end(generator) + " (warm-up)");
  }
}

void Trial::measure() {
  const DriverJob load =
      job(setup_.driver.warms_up() ? spec_.warmup : std::chrono::nanoseconds(0), spec_.duration, "report.json");
  const Snapshot before = processes_.snapshot();
  record_.server_before = before.server;
  record_.backend_before = before.backend;
  Sampler sampler({{"server", processes_.server().pid()}, {"backend", processes_.backend().pid()}});
  sampler.sample_whole();
  const TimePoint begin = now();
  const Child& generator = run_load(load, &sampler);
  sampler.sample_whole();
  const TimePoint end = now();
  store_samples(sampler, generator);
  record_.window_ns = static_cast<std::uint64_t>((end - begin).count());
  processes_.check_alive();
  record_.result = load_result(generator, load);
  Snapshot after = processes_.snapshot();
  if (!before.server) after.server.reset();
  record_.server_after = after.server;
  record_.backend_after = after.backend;
  account_window(before, after, generator);
}

void Trial::store_samples(const Sampler& sampler, const Child& generator) {
  for (auto& [role, trace] : sampler.processes()) {
    record_.processes[role].samples = trace.samples;
    record_.processes[role].window = trace.window;
  }
  // The generator ended between two looks; the kernel's account at its end misses nothing.
  ProcessWindow window = record_.processes["generator"].window.value_or(ProcessWindow{});
  window.cpu_user_ns = static_cast<std::uint64_t>(generator.ended_usage().user.count());
  window.cpu_system_ns = static_cast<std::uint64_t>(generator.ended_usage().system.count());
  window.cpu_ns = window.cpu_user_ns + window.cpu_system_ns;
  window.max_rss_kib = static_cast<std::uint64_t>(generator.ended_usage().max_rss_kib);
  record_.processes["generator"].window = window;
  const MachineTrace machine = sampler.machine();
  record_.machine_samples = machine.samples;
  record_.machine_window = machine.window;
}

void Trial::account_window(const Snapshot& before, const Snapshot& after, const Child& generator) {
  AccountingInput input;
  input.connections = spec_.load.connections;
  input.kind = spec_.load.kind();
  input.routes.clear();
  for (const Route& route : setup_.workload.routes) {
    input.routes.push_back({setup_.server.model.can("routes") ? calls_per_request(route) : 0, route.expect.status});
  }
  input.result = *record_.result;
  if (after.server) input.server_before = before.server;
  input.server_after = after.server;
  input.backend_before = before.backend;
  input.backend_after = after.backend;
  input.generator_cpu_ns =
      static_cast<std::uint64_t>((generator.ended_usage().user + generator.ended_usage().system).count());
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

// With nothing in flight any more the books close exactly: what the server says it asked for, the backend has seen.
void Trial::finish() {
  const bool quiet = processes_.await_quiet();
  if (!quiet) {
    record_.warnings.push_back({"the server was still busy with abandoned requests at the end", ""});
  }
  const std::uint64_t calls_seen = processes_.last_stats().calls;
  processes_.stop_server();
  processes_.stop_backend();
  const auto line = last_counters_line(processes_.server());
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
  judge_fairness(record_);
  const std::uint64_t asked = record_.server_final->backend_calls;
  const std::uint64_t failed = record_.server_final->backend_errors;
  if (quiet && (asked < calls_seen || asked > calls_seen + failed)) {
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

TrialRecord unrun_trial(const TrialSpec& spec, Finding why) {
  TrialRecord record;
  record.spec = spec;
  record.started_utc = utc_now();
  record.findings.push_back(std::move(why));
  record.validity = verdict(record.findings);
  return record;
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
