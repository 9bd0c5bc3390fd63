// A slowdown of known size, put into the head on purpose: does the gate find it? The base serves one backend call of
// 10 ms; the head serves the same with a little more CPU work before the call, or a longer call.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace interleave {

struct Injection {
  enum class Kind : std::uint8_t { cpu, delay };
  Kind kind = Kind::cpu;
  double effect = 0;  // 0.1 is 10 %
};

// "cpu=10%", "delay=5%". Throws UsageError.
[[nodiscard]] Injection parse_injection(std::string_view text);

// Workload files. `cpu_us_per_request`: what a request costs the base's server; a part of it is added.
[[nodiscard]] std::string base_workload();
[[nodiscard]] std::string injected_workload(const Injection& injection, double cpu_us_per_request);

}  // namespace interleave
