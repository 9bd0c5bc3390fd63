#include "harness/cli/injection.hpp"

#include <charconv>
#include <chrono>

#include "core/base/error.hpp"
#include "harness/plan/custom_workload.hpp"

namespace interleave {
namespace {

constexpr std::chrono::milliseconds kWait{10};

[[noreturn]] void refuse(std::string_view text) {
  throw UsageError("--inject '" + std::string(text) + "': want cpu=10% or delay=10%");
}

std::chrono::nanoseconds rounded(std::chrono::duration<double, std::nano> time) {
  return std::chrono::round<std::chrono::nanoseconds>(time);
}

}  // namespace

Injection parse_injection(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !text.ends_with('%')) refuse(text);
  const std::string_view kind = text.substr(0, equals);
  const std::string_view number = text.substr(equals + 1, text.size() - equals - 2);
  double percent = 0;
  const auto [end, error] = std::from_chars(number.begin(), number.end(), percent);
  if (error != std::errc{} || end != number.end() || !(percent > 0 && percent <= 1000)) refuse(text);
  if (kind != "cpu" && kind != "delay") refuse(text);
  return {kind == "cpu" ? Injection::Kind::cpu : Injection::Kind::delay, percent / 100};
}

std::string base_workload() {
  return custom_workload({.wait = kWait, .cpu = {}});
}

std::string injected_workload(const Injection& injection, double cpu_us_per_request) {
  if (injection.kind == Injection::Kind::delay) {
    return custom_workload({.wait = rounded(kWait * (1 + injection.effect)), .cpu = {}});
  }
  const std::chrono::duration<double, std::micro> more(injection.effect * cpu_us_per_request);
  return custom_workload({.wait = kWait, .cpu = rounded(more)});
}

}  // namespace interleave
