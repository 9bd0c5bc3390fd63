// What the session costs per request, and how often it allocates: one keep-alive connection whose reads, writes and
// backend calls are answered at once. The part of a server's cost that all models share.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <benchmark/benchmark.h>

#include "core/service/allocation_count.hpp"
#include "core/service/session.hpp"

namespace interleave {
namespace {

Workload workload() {
  Workload workload;
  workload.name = "micro";
  workload.services = {{.name = "db", .latency = ConstantLatency{}, .reply_bytes = 64}};
  workload.routes = {{.target = "/hello", .weight = 1, .steps = {}, .expect = {}},
                     {.target = "/one_call", .weight = 1, .steps = {CallStep{0}}, .expect = {}},
                     {.target = "/items", .weight = 1, .steps = {CallStep{0}, SerializeStep{20}}, .expect = {}}};
  return workload;
}

// Performs operations until the session reads; that read brings `request`.
void serve(Session& session, std::string_view request) {
  for (;;) {
    const IoOp op = session.next(TimePoint{});
    if (std::holds_alternative<ReadOp>(op)) {
      session.complete_read(std::as_bytes(std::span(request)));
      return;
    }
    if (const auto* write = std::get_if<WriteOp>(&op)) {
      benchmark::DoNotOptimize(write->bytes.data());
    } else if (const auto* backend = std::get_if<BackendOp>(&op)) {
      for (BackendCall& call : backend->calls) {
        call.error.clear();
        call.reply_bytes = 64;
      }
    }
    session.complete({});
  }
}

// `pipelined`: requests that one read brings.
void session(benchmark::State& state, const std::string& target, std::size_t pipelined) {
  const Service service(workload(), CpuRate{});
  const auto counters = std::make_unique<Counters>();
  Session session(service, SessionOptions{}, *counters, counters->shard(0));
  std::string requests;
  for (std::size_t i = 0; i < pipelined; ++i) requests += "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  for (int i = 0; i < 100; ++i) serve(session, requests);

  const std::uint64_t allocations_before = allocation_count();
  const std::uint64_t answered_before = counters->totals().all_responses();
  for ([[maybe_unused]] auto _ : state) serve(session, requests);
  const auto answered = static_cast<double>(counters->totals().all_responses() - answered_before);
  const auto allocations = static_cast<double>(allocation_count() - allocations_before);
  if (answered != static_cast<double>(state.iterations()) * static_cast<double>(pipelined)) {
    state.SkipWithError("not every request was answered");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(answered));
  state.counters["allocs_per_request"] = allocations / answered;
}

BENCHMARK_CAPTURE(session, hello, "/hello", 1)->Name("session/hello");
BENCHMARK_CAPTURE(session, one_call, "/one_call", 1)->Name("session/one_call");
BENCHMARK_CAPTURE(session, one_call_items, "/items", 1)->Name("session/one_call_and_20_items");
BENCHMARK_CAPTURE(session, hello_pipelined, "/hello", 16)->Name("session/hello_pipelined_16");

// A new connection for every request, as a server without keep-alive has it.
void connection(benchmark::State& state) {
  const Service service(workload(), CpuRate{});
  const auto counters = std::make_unique<Counters>();
  SessionOptions options;
  options.keep_alive = false;
  const std::string request = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const std::uint64_t allocations_before = allocation_count();
  for ([[maybe_unused]] auto _ : state) {
    Session session(service, options, *counters, counters->shard(0));
    serve(session, request);
    for (IoOp op = session.next(TimePoint{}); !is_close(op); op = session.next(TimePoint{})) session.complete({});
  }
  state.counters["allocs_per_request"] =
      static_cast<double>(allocation_count() - allocations_before) / static_cast<double>(state.iterations());
}
BENCHMARK(connection)->Name("session/hello_new_connection");

}  // namespace
}  // namespace interleave
