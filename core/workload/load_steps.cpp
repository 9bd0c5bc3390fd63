#include "core/workload/load_steps.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/base/units.hpp"

namespace interleave {
namespace {

using std::chrono::nanoseconds;

// What a step may ask for: generous for an experiment, small enough that a slip of the pen is noticed.
constexpr nanoseconds kLongest = std::chrono::seconds(60);
constexpr std::int64_t kMostItems = 10'000;
constexpr std::size_t kMostParallelCalls = 64;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20;  // a session reads it in one piece

CallStep read_call(const ConfigNode& node, const std::vector<ServiceSpec>& services) {
  const std::string& name = node.text();
  const auto found =
      std::find_if(services.begin(), services.end(), [&](const ServiceSpec& s) { return s.name == name; });
  if (found == services.end()) {
    std::vector<std::string_view> names;
    names.reserve(services.size());
    for (const auto& service : services) names.emplace_back(service.name);
    const std::string hint = did_you_mean(name, names);
    node.fail("unknown service '" + name + "'" + (hint.empty() ? ": add [services." + name + "]" : hint));
  }
  return CallStep{static_cast<std::size_t>(found - services.begin())};
}

ParallelStep read_parallel(const ConfigNode& node, const std::vector<ServiceSpec>& services) {
  ParallelStep step;
  for (const ConfigNode& item : node.items()) {
    step.calls.push_back(read_call(item.single_entry("parallel step", {"call"}), services));
  }
  if (step.calls.empty() || step.calls.size() > kMostParallelCalls) {
    node.fail("'parallel' has " + std::to_string(step.calls.size()) + " calls: name 1 to " +
              std::to_string(kMostParallelCalls));
  }
  return step;
}

FileStep read_file_step(const ConfigNode& node) {
  const std::optional<std::uint64_t> bytes = parse_size(node.text());
  if (!bytes || *bytes == 0 || *bytes > kLargestFile) {
    node.fail("file '" + node.text() + R"(': use a size from "1B" to "1MiB", such as "4KiB")");
  }
  return FileStep{*bytes};
}

Step read_step(const ConfigNode& node, const std::vector<ServiceSpec>& services) {
  const ConfigNode& choice =
      node.single_entry("step", {"call", "parallel", "cpu", "serialize", "file", "sleep", "lock"});
  const std::string& kind = choice.key();
  if (kind == "call") return read_call(choice, services);
  if (kind == "parallel") return read_parallel(choice, services);
  if (kind == "file") return read_file_step(choice);
  if (kind == "serialize") return SerializeStep{static_cast<std::uint32_t>(choice.integer(1, kMostItems))};
  const nanoseconds time = choice.duration(nanoseconds(1), kLongest);
  if (kind == "sleep") return SleepStep{time};
  if (kind == "lock") return LockStep{time};
  return CpuStep{time};
}

}  // namespace

std::vector<Step> read_steps(const ConfigNode& steps, const std::vector<ServiceSpec>& services) {
  std::vector<Step> all;
  for (const ConfigNode& step : steps.items()) all.push_back(read_step(step, services));
  return all;
}

}  // namespace interleave
