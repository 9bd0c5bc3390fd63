// What the session costs per request, and how often it allocates: one keep-alive connection whose reads, writes and
// backend calls are answered at once. The part of a server's cost that all models share.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "core/service/allocation_count.hpp"
#include "core/service/session.hpp"
#include "microbench/kernels.hpp"

namespace interleave {
namespace {

// `pipelined`: requests that one read brings.
void session(benchmark::State& state, const std::string& target, std::size_t pipelined) {
  const Service service(micro_workload(), CpuRate{});
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
  const Service service(micro_workload(), CpuRate{});
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
