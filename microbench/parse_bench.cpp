// What reading a request head costs: llhttp alone, and with what the request parser adds to it.
#include <cstdint>
#include <string_view>

#include <benchmark/benchmark.h>
#include <llhttp.h>

#include "core/http/request_parser.hpp"
#include "microbench/kernels.hpp"

namespace interleave {
namespace {

void llhttp_alone(benchmark::State& state, std::string_view text) {
  llhttp_settings_t settings{};
  settings.on_message_complete = [](llhttp_t*) -> int { return HPE_PAUSED; };
  llhttp_t parser;
  for ([[maybe_unused]] auto _ : state) {
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    if (llhttp_execute(&parser, text.data(), text.size()) != HPE_PAUSED) state.SkipWithError("not a request");
    benchmark::DoNotOptimize(parser);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void request_parser(benchmark::State& state, std::string_view text) {
  RequestParser parser(text.size() + 1, 0);
  for ([[maybe_unused]] auto _ : state) {
    if (parser.parse(text).event != RequestParser::Event::complete) state.SkipWithError("not a request");
    benchmark::DoNotOptimize(parser.head());
    parser.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_CAPTURE(llhttp_alone, 40_bytes, kShortRequest)->Name("parse/llhttp/40_bytes");
BENCHMARK_CAPTURE(llhttp_alone, 400_bytes, kLongRequest)->Name("parse/llhttp/400_bytes");
BENCHMARK_CAPTURE(request_parser, 40_bytes, kShortRequest)->Name("parse/request_parser/40_bytes");
BENCHMARK_CAPTURE(request_parser, 400_bytes, kLongRequest)->Name("parse/request_parser/400_bytes");

}  // namespace
}  // namespace interleave
