// What reading a request head costs: llhttp alone, and with what the request parser adds to it.
#include <cstdint>
#include <string>

#include <benchmark/benchmark.h>
#include <llhttp.h>

#include "core/http/request_parser.hpp"

namespace interleave {
namespace {

const std::string& short_request() {  // as wrk sends it, 40 bytes
  static const std::string text = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  return text;
}

const std::string& long_request() {  // as a browser sends it, about 400 bytes
  static const std::string text =
      "GET /one_call?id=123456 HTTP/1.1\r\n"
      "Host: 127.0.0.1:8080\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
      "Accept-Language: en-US,en;q=0.5\r\n"
      "Accept-Encoding: gzip, deflate, br\r\n"
      "Connection: keep-alive\r\n"
      "Cookie: session=0123456789abcdef0123456789abcdef\r\n"
      "Upgrade-Insecure-Requests: 1\r\n\r\n";
  return text;
}

void llhttp_alone(benchmark::State& state, const std::string& text) {
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

void request_parser(benchmark::State& state, const std::string& text) {
  RequestParser parser(text.size() + 1, 0);
  for ([[maybe_unused]] auto _ : state) {
    if (parser.parse(text).event != RequestParser::Event::complete) state.SkipWithError("not a request");
    benchmark::DoNotOptimize(parser.head());
    parser.reset();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK_CAPTURE(llhttp_alone, 40_bytes, short_request())->Name("parse/llhttp/40_bytes");
BENCHMARK_CAPTURE(llhttp_alone, 400_bytes, long_request())->Name("parse/llhttp/400_bytes");
BENCHMARK_CAPTURE(request_parser, 40_bytes, short_request())->Name("parse/request_parser/40_bytes");
BENCHMARK_CAPTURE(request_parser, 400_bytes, long_request())->Name("parse/request_parser/400_bytes");

}  // namespace
}  // namespace interleave
