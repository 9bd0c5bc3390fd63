#include "microbench/kernels.hpp"

#include <array>
#include <memory>
#include <string>
#include <variant>

#include <benchmark/benchmark.h>

#include "core/backend/resp.hpp"
#include "core/base/histogram.hpp"
#include "core/base/rng.hpp"
#include "core/http/request_parser.hpp"

namespace interleave {
namespace {

void parse(std::string_view request, std::size_t times) {
  RequestParser parser(request.size() + 1, 0);
  for (std::size_t i = 0; i < times; ++i) {
    if (parser.parse(request).event != RequestParser::Event::complete) std::abort();
    benchmark::DoNotOptimize(parser.head());
    parser.reset();
  }
}

void session(std::string_view target, std::size_t times) {
  const Service service(micro_workload(), CpuRate{});
  const auto counters = std::make_unique<Counters>();
  Session session(service, SessionOptions{}, *counters, counters->shard(0));
  const std::string request = "GET " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  for (std::size_t i = 0; i < times; ++i) serve(session, request);
}

// Latencies from 1 us to 1 s.
void record(std::size_t times) {
  Histogram histogram;
  SplitMix64 random(1);
  for (std::size_t i = 0; i < times; ++i) histogram.record(1'000ULL << (random.next() % 20U));
  benchmark::DoNotOptimize(histogram.total_count());
}

void resp(std::size_t times) {
  const std::string reply = "$64\r\n" + std::string(64, 'x') + "\r\n";
  ReplyReader reader;
  std::string call;
  for (std::size_t i = 0; i < times; ++i) {
    call.clear();
    append_call(call, "db", i, 0);
    benchmark::DoNotOptimize(call.data());
    if (!reader.feed(std::as_bytes(std::span(reply))) || !reader.next()) std::abort();
  }
}

constexpr std::array<Kernel, 6> kKernels{{
    {"parse_40_bytes", [](std::size_t times) { parse(kShortRequest, times); }},
    {"parse_400_bytes", [](std::size_t times) { parse(kLongRequest, times); }},
    {"session_hello", [](std::size_t times) { session("/hello", times); }},
    {"session_one_call", [](std::size_t times) { session("/one_call", times); }},
    {"resp_call_and_reply", resp},
    {"histogram_record", record},
}};

}  // namespace

std::span<const Kernel> kernels() noexcept {
  return kKernels;
}

Workload micro_workload() {
  Workload workload;
  workload.name = "micro";
  workload.services = {{.name = "db", .latency = ConstantLatency{}, .reply_bytes = 64}};
  workload.routes = {{.target = "/hello", .weight = 1, .steps = {}, .expect = {}},
                     {.target = "/one_call", .weight = 1, .steps = {CallStep{0}}, .expect = {}},
                     {.target = "/items", .weight = 1, .steps = {CallStep{0}, SerializeStep{20}}, .expect = {}}};
  return workload;
}

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

}  // namespace interleave
