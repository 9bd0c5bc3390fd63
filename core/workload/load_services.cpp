#include "core/workload/load_services.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/units.hpp"

namespace interleave {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kLongest = std::chrono::seconds(60);
constexpr double kLargestSigma = 3;
constexpr double kSmallestShape = 1.01;  // the mean is then 101 times the scale; at 1 it is infinite
constexpr double kLargestShape = 100;
constexpr double kLargestFactor = 10'000;
constexpr std::int64_t kLargestReply = 1 << 20;
constexpr std::int64_t kLargestCapacity = 100'000;
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestTrace = 1'000'000;          // values
constexpr std::uintmax_t kLargestTraceFile = 64U << 20U;  // bytes
constexpr double kRounding = 1e-9;                        // of a sum of probabilities

UniformLatency read_uniform(const ConfigNode& node) {
  node.allow_keys({"min", "max"});
  const UniformLatency latency{node.at("min").duration(nanoseconds(0), kLongest),
                               node.at("max").duration(nanoseconds(0), kLongest)};
  if (latency.min > latency.max) {
    node.at("max").fail("'max' is below 'min', " + format_duration(latency.min) + ": exchange them");
  }
  return latency;
}

ParetoLatency read_pareto(const ConfigNode& node) {
  node.allow_keys({"scale", "shape"});
  return {node.at("scale").duration(nanoseconds(1), kLongest),
          node.at("shape").number(kSmallestShape, kLargestShape)};
}

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = line.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlank) - begin + 1);
}

[[noreturn]] void fail_in_trace(const std::filesystem::path& file, std::size_t line, std::string_view message) {
  throw UsageError(file.string() + ":" + std::to_string(line) + ": " + std::string(message));
}

// One duration per line; blank lines and lines that begin with # are passed over.
TraceLatency read_trace(const ConfigNode& node, const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / node.text();
  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(file, error);
  if (!is_file || std::filesystem::file_size(file, error) > kLargestTraceFile || error) {
    node.fail("'trace' names no file of at most 64 MiB: " + file.string() + " (relative to the workload file)");
  }
  std::ifstream stream(file);
  if (!stream) node.fail("'trace' cannot be read: " + file.string());
  std::vector<nanoseconds> delays;
  std::string text;
  for (std::size_t line = 1; std::getline(stream, text); ++line) {
    const std::string_view word = trimmed(text);
    if (word.empty() || word.front() == '#') continue;
    const auto value = parse_duration(word);
    if (!value) fail_in_trace(file, line, "not a duration: write one per line with a unit, such as 10ms");
    if (*value > kLongest) fail_in_trace(file, line, "longer than 1min: use durations from 0s to 1min");
    if (delays.size() == kLongestTrace) fail_in_trace(file, line, "too many values: a trace has at most 1000000");
    delays.push_back(*value);
  }
  if (delays.empty()) node.fail("'trace' holds no durations: " + file.string() + " needs one per line, such as 10ms");
  return {std::make_shared<const std::vector<nanoseconds>>(std::move(delays))};
}

Latency read_latency(const ConfigNode& node, const std::filesystem::path& folder) {
  const ConfigNode& choice =
      node.single_entry("latency", {"constant", "exponential", "lognormal", "uniform", "pareto", "trace"});
  if (choice.key() == "constant") return ConstantLatency{choice.duration(nanoseconds(0), kLongest)};
  if (choice.key() == "exponential") return ExponentialLatency{choice.duration(nanoseconds(1), kLongest)};
  if (choice.key() == "uniform") return read_uniform(choice);
  if (choice.key() == "pareto") return read_pareto(choice);
  if (choice.key() == "trace") return read_trace(choice, folder);
  choice.allow_keys({"median", "sigma"});
  return LognormalLatency{choice.at("median").duration(nanoseconds(1), kLongest),
                          choice.at("sigma").positive_number(kLargestSigma)};
}

double read_probability(const ConfigNode& node, std::string_view key) {
  const ConfigNode* const entry = node.find(key);
  return entry == nullptr ? 0 : entry->number(0, 1);
}

FaultSpec read_faults(const ConfigNode& node) {
  node.allow_keys({"fail", "reset", "hang", "slow"});
  FaultSpec faults;
  faults.fail = read_probability(node, "fail");
  faults.reset = read_probability(node, "reset");
  faults.hang = read_probability(node, "hang");
  if (const auto* slow = node.find("slow")) {
    slow->allow_keys({"probability", "factor"});
    faults.slow = slow->at("probability").number(0, 1);
    faults.slow_factor = slow->at("factor").number(1, kLargestFactor);
  }
  if (faults.fail + faults.reset + faults.hang + faults.slow > 1 + kRounding) {
    node.fail("'faults' add up to more than 1: a call has one fate, lower the probabilities");
  }
  return faults;
}

}  // namespace

bool is_workload_name(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), allowed);
}

ServiceSpec read_service(const ConfigNode& node, const std::filesystem::path& folder) {
  if (!is_workload_name(node.key())) {
    node.fail_at_key("service name '" + node.key() + "': " + std::string(kNameRule));
  }
  node.allow_keys({"latency", "reply_bytes", "capacity", "faults"});
  ServiceSpec service;
  service.name = node.key();
  service.latency = read_latency(node.at("latency"), folder);
  if (const auto* bytes = node.find("reply_bytes")) {
    service.reply_bytes = static_cast<std::uint32_t>(bytes->integer(0, kLargestReply));
  }
  if (const auto* capacity = node.find("capacity")) {
    service.capacity = static_cast<std::uint32_t>(capacity->integer(0, kLargestCapacity));
  }
  if (const auto* faults = node.find("faults")) service.faults = read_faults(*faults);
  return service;
}

}  // namespace interleave
