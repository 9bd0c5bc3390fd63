// The examples themselves; named _test so that they are part of the tests and not of the harness.
#include "harness/record/record_examples.hpp"

#include <algorithm>

namespace interleave::examples {
namespace {

ServerCounters counters(std::uint64_t responses) {
  ServerCounters counters;
  counters.requests = responses;
  counters.responses = {{"200", responses}};
  counters.backend_calls = responses;
  counters.connections_accepted = 64;
  counters.bytes_in = 40 * responses;
  counters.bytes_out = 90 * responses;
  counters.max_in_flight = 64;
  counters.per_connection =
      PerConnection{.answered = 64, .ended = 60, .responses = responses, .responses_squared = 7 * responses};
  counters.voluntary_switches = responses / 2;
  counters.involuntary_switches = 3;
  return counters;
}

BackendStats stats(std::uint64_t calls) {
  return {.calls = calls,
          .completed = calls,
          .in_flight = 0,
          .delay_mean_us = 10'000,
          .lateness_mean_us = 150,
          .lateness_p50_us = 120,
          .lateness_p99_us = 700,
          .lateness_max_us = 1500};
}

ProcessRecord process(std::vector<std::string> command, std::uint64_t cpu_ns) {
  ProcessRecord process;
  process.command = std::move(command);
  process.cpus = {0};
  process.window = ProcessWindow{.cpu_ns = cpu_ns,
                                 .cpu_user_ns = cpu_ns / 4,
                                 .cpu_system_ns = cpu_ns - cpu_ns / 4,
                                 .max_rss_kib = 8192,
                                 .max_threads = 1,
                                 .max_fds = 140,
                                 .voluntary_switches = 5,
                                 .involuntary_switches = {}};
  process.samples = {{.t_ms = 0,
                      .cpu_user_ns = 1,
                      .cpu_system_ns = 2,
                      .rss_kib = 8000,
                      .pss_kib = 7000,
                      .threads = 1,
                      .fds = 140,
                      .runqueue_wait_ns = 5},
                     {.t_ms = 100,
                      .cpu_user_ns = 3,
                      .cpu_system_ns = 4,
                      .rss_kib = {},
                      .pss_kib = {},
                      .threads = 1,
                      .fds = {},
                      .runqueue_wait_ns = {}}};
  return process;
}

}  // namespace

TrialRecord trial(const TrialSpec& spec, std::uint64_t requests) {
  constexpr std::uint64_t kDuration = 2'000'000;
  constexpr std::uint64_t kCpuPerRequest = 30'000;
  const std::uint64_t mean = kDuration * spec.load.connections / requests;
  TrialRecord trial;
  trial.spec = spec;
  trial.started_utc = "2025-01-31T12:00:00Z";
  trial.validity = Validity::ok;
  trial.window_ns = kDuration * 1000;
  DriverResult result;
  result.requests = result.answered = requests;
  result.unanswered = spec.load.connections;
  result.duration_us = kDuration;
  result.bytes = 90 * requests;
  result.latency_us = ValueCounts{{mean - 100, requests / 2}, {mean + 100, requests - requests / 2}};
  result.wrk = WrkDetails{.reported = WrkReported{.min_us = 1,
                                                  .max_us = 2,
                                                  .mean_us = 3,
                                                  .stdev_us = 4,
                                                  .p50_us = 5,
                                                  .p90_us = 6,
                                                  .p99_us = 7,
                                                  .p999_us = 8},
                          .expected_interval_us = mean,
                          .corrected = true,
                          .recovery = Recovery::exact};
  trial.result = std::move(result);
  trial.server_before = counters(10);
  trial.server_after = counters(10 + requests);
  trial.server_final = counters(10 + requests);
  trial.backend_before = stats(10);
  trial.backend_after = stats(10 + requests);
  Accounting books;
  books.client_responses = books.server_responses = books.server_calls = books.backend_calls = requests;
  books.calls_per_request = 1;
  books.tolerance = spec.load.connections;
  books.mean_latency_us = books.cycle_us = static_cast<double>(mean);
  books.little_gap_percent = 0;
  books.starved = 0;
  books.jain = 0.99 - 0.01 * spec.repetition;
  trial.accounting = books;
  trial.processes = {
      {"server", process({"interleave-server-x", "--listen", "127.0.0.1:0"}, kCpuPerRequest * requests)},
      {"backend", process({"interleave-backend"}, 1000)},
      {"generator", process({"wrk"}, 1000)}};
  trial.machine_samples = {{.t_ms = 100,
                            .steal_percent = 0,
                            .load1 = 0.5,
                            .psi_cpu_some_percent = {},
                            .tcp_retransmits = 0,
                            .listen_overflows = 0}};
  trial.machine_window = MachineWindow{.steal_percent = 0.1, .tcp_retransmits = 0, .listen_overflows = 0};
  return trial;
}

RunRecord run() {
  RunRecord run;
  run.id = "20250131T120000Z-abcdef-host";
  run.version = "0.1.0";
  run.commit = "abcdef";
  run.build_type = "Release";
  run.started_utc = "2025-01-31T12:00:00Z";
  run.ended_utc = "2025-01-31T12:03:00Z";
  run.complete = true;
  run.plan.name = "example";
  run.plan.workloads = {"one_call"};
  run.plan.models = {"single_threaded", "libuv_loop"};
  run.plan.connections = {64};
  run.models = {{.name = "single_threaded",
                 .family = "blocking",
                 .summary = "one",
                 .build_type = "Release",
                 .capabilities = {"routes"},
                 .predictable = true,
                 .in_flight_limit = 1},
                {.name = "libuv_loop",
                 .family = "loop",
                 .summary = "many",
                 .build_type = "Release",
                 .capabilities = {"routes", "keep_alive"},
                 .predictable = true,
                 .in_flight_limit = {}}};
  run.skipped = {{.model = "io_uring", .reason = "not supported here"}};
  run.workloads = {{.name = "one_call",
                    .description = "d",
                    .calls_per_request = 1,
                    .backend_ms_per_request = 10,
                    .source = "name = \"one_call\"\n"}};
  run.host = {.hostname = "host",
              .os = "Debian 12",
              .kernel = "6.1",
              .cpu_model = "cpu",
              .cpus_online = 2,
              .physical_cores = 2,
              .memory_mib = 4096,
              .virtualization = "kvm",
              .governor = "unknown",
              .open_files_limit = 1024};
  run.software = {{"wrk", "4.1.0"}};
  run.layout = {.pinned = true, .server = {0}, .backend = {1}, .generator = {1}, .server_cores = 1};
  Workload workload;
  workload.name = "one_call";
  const std::vector<WorkloadModels> cells{{.workload = &workload, .models = run.plan.models}};
  for (const TrialSpec& spec : expand(run.plan, cells)) {
    run.order.push_back(trial_id(spec));
    run.verdicts[run.order.back()] = Validity::ok;
  }
  run.warnings = {{.text = "two cores", .hint = "use more"}};
  return run;
}

std::vector<TrialRecord> trials() {
  const RunRecord of_run = run();
  Workload workload;
  workload.name = "one_call";
  const std::vector<WorkloadModels> cells{{.workload = &workload, .models = of_run.plan.models}};
  std::vector<TrialRecord> trials;
  for (const TrialSpec& spec : expand(of_run.plan, cells)) {
    const bool loop = spec.model == "libuv_loop";
    const std::uint64_t in_progress = loop ? spec.load.connections : 1;
    trials.push_back(trial(spec, 192 * in_progress + spec.repetition));
  }
  return trials;
}

}  // namespace interleave::examples
