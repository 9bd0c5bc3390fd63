// The workload of `interleave run --wait 20ms --cpu 200us`: the reader's own service in two numbers.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace interleave {

inline constexpr std::string_view kCustomWorkload = "custom";  // its name, and its file's in the run's folder

struct CustomRequest {
  std::optional<std::chrono::nanoseconds> wait;  // for one backend call
  std::optional<std::chrono::nanoseconds> cpu;   // of the server's own work, before the call

  [[nodiscard]] bool empty() const noexcept { return !wait && !cpu; }
};

// The text of the workload file. REQUIRES: not empty.
[[nodiscard]] std::string custom_workload(const CustomRequest& request);

}  // namespace interleave
