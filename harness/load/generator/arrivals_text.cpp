#include "harness/load/generator/arrivals_text.hpp"

#include <charconv>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/units.hpp"

namespace interleave {
namespace {

constexpr double kMostRate = 1e8;
constexpr Nanoseconds kLongest = std::chrono::hours(1000);

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw UsageError("--arrival '" + std::string(text) + "': " + why);
}

double parse_rate(std::string_view whole, std::string_view text, double least) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  if (!is_number || !(rate >= least) || rate > kMostRate) {
    refuse(whole, "'" + std::string(text) + "' is not a rate in requests per second");
  }
  return rate;
}

RampArrivals parse_ramp(std::string_view whole, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) refuse(whole, "want two rates, as ramp:100:5000");
  const RampArrivals ramp{parse_rate(whole, text.substr(0, colon), 0), parse_rate(whole, text.substr(colon + 1), 0)};
  if (ramp.from + ramp.to <= 0) refuse(whole, "one of the rates must be above 0");
  return ramp;
}

StepArrivals parse_steps(std::string_view whole, std::string_view text) {
  StepArrivals steps;
  while (!text.empty()) {
    const std::string_view step = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), step.size() + 1));
    const std::size_t at = step.find('@');
    if (at == std::string_view::npos) refuse(whole, "want RATE@DURATION, as steps:100@5s,200@5s");
    const auto duration = parse_duration(step.substr(at + 1));
    if (!duration || *duration <= Nanoseconds(0) || *duration > kLongest) {
      refuse(whole, "'" + std::string(step.substr(at + 1)) + "' is not a duration, as 5s, of at most 1000 hours");
    }
    steps.steps.push_back({parse_rate(whole, step.substr(0, at), 1e-3), *duration});
  }
  if (steps.steps.empty()) refuse(whole, "want RATE@DURATION, as steps:100@5s,200@5s");
  return steps;
}

TraceArrivals read_trace(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw UsageError("--arrival trace: cannot read '" + path + "'");
  auto times = std::make_shared<std::vector<Nanoseconds>>();
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const auto time = parse_duration(line);
    const std::string place = fmt::format("{}:{}: ", path, number);
    if (!time || *time > kLongest) {
      throw UsageError(
          fmt::format("{}'{}' is not a time with its unit, as 12.5ms, of at most 1000 hours", place, line));
    }
    if (!times->empty() && *time < times->back()) throw UsageError(place + "times must ascend");
    times->push_back(*time);
  }
  if (times->empty()) throw UsageError("--arrival trace: '" + path + "' holds no times");
  return {std::move(times)};
}

}  // namespace

Arrivals parse_arrivals(const std::string& text, std::optional<double> rate) {
  const std::string kind = text.substr(0, text.find(':'));
  const std::string rest = kind.size() < text.size() ? text.substr(kind.size() + 1) : "";
  const bool needs_rate = kind == "poisson" || kind == "constant";
  if (needs_rate && !rest.empty()) refuse(text, "the rate is said by --rate");
  if (needs_rate && !rate) throw UsageError("say --rate R for an open loop of R requests per second, or --closed");
  const bool has_rate = kind == "ramp" || kind == "steps" || kind == "trace";
  if (has_rate && rate) refuse(text, "it says its own rates; leave out --rate");
  if (kind == "poisson") return PoissonArrivals{*rate};
  if (kind == "constant") return ConstantArrivals{*rate};
  if (kind == "ramp") return parse_ramp(text, rest);
  if (kind == "steps") return parse_steps(text, rest);
  if (kind == "trace") return read_trace(rest);
  refuse(text, "want poisson, constant, ramp:A:B, steps:R@5s,R2@5s or trace:FILE");
}

std::optional<Nanoseconds> own_duration(const Arrivals& arrivals) {
  if (const auto* steps = std::get_if<StepArrivals>(&arrivals)) {
    Nanoseconds sum{0};
    for (const StepArrivals::Step& step : steps->steps) sum += step.duration;
    return sum;
  }
  if (const auto* trace = std::get_if<TraceArrivals>(&arrivals)) return trace->times->back() + Nanoseconds(1);
  return std::nullopt;
}

}  // namespace interleave
