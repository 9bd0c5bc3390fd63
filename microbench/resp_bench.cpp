// What encoding a backend call and reading its reply cost.
#include <cstddef>
#include <span>
#include <string>

#include <benchmark/benchmark.h>

#include "core/backend/resp.hpp"

namespace interleave {
namespace {

void encode_call(benchmark::State& state) {
  std::string call;
  std::uint64_t id = 0;
  for ([[maybe_unused]] auto _ : state) {
    call.clear();
    append_call(call, "db", ++id, 0);
    benchmark::DoNotOptimize(call.data());
  }
}
BENCHMARK(encode_call)->Name("resp/encode_call");

void read_reply(benchmark::State& state) {
  const std::string reply = "$64\r\n" + std::string(64, 'x') + "\r\n";
  ReplyReader reader;
  for ([[maybe_unused]] auto _ : state) {
    if (!reader.feed(std::as_bytes(std::span(reply))) || !reader.next()) state.SkipWithError("not a reply");
  }
}
BENCHMARK(read_reply)->Name("resp/read_reply");

}  // namespace
}  // namespace interleave
