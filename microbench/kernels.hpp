// The parts of a request that are pure computation, each as a loop that can be run any number of times: what the
// micro-benchmarks time and what callgrind counts the instructions of (kernels_main.cpp).
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "core/service/session.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

struct Kernel {
  std::string_view name;
  void (*run)(std::size_t times);
};
[[nodiscard]] std::span<const Kernel> kernels() noexcept;

// Routes /hello, /one_call and /items (a call, and 20 items of JSON).
[[nodiscard]] Workload micro_workload();
// Performs operations until the session reads; that read brings `request`.
void serve(Session& session, std::string_view request);

inline constexpr std::string_view kShortRequest =
    "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";  // as wrk sends it
inline constexpr std::string_view kLongRequest =       // as a browser sends it, about 400 bytes
    "GET /one_call?id=123456 HTTP/1.1\r\n"
    "Host: 127.0.0.1:8080\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Connection: keep-alive\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef\r\n"
    "Upgrade-Insecure-Requests: 1\r\n\r\n";

}  // namespace interleave
