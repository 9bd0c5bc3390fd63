#include "harness/load/generator/summary_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/units.hpp"
#include "harness/load/generator/population.hpp"

namespace interleave {
namespace {

struct NamedPercentile {
  const char* name;
  double percentile;
};
constexpr NamedPercentile kPercentiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p99.9", 99.9}, {"max", 100}};

std::string time_text(std::uint64_t nanoseconds) {
  return format_duration_short(Nanoseconds(static_cast<std::int64_t>(nanoseconds)));
}

std::string time_text(const std::optional<std::uint64_t>& nanoseconds) {
  return nanoseconds ? time_text(*nanoseconds) : "-";
}

std::string quantile_text(const Quantile& quantile) {
  return quantile.at_least ? "> " + time_text(*quantile.at_least) : time_text(quantile.value);
}

std::string load_line(const LoadPlan& plan) {
  const std::string where = fmt::format("http://{}{}", plan.url.authority,
                                        plan.mix.routes.size() == 1 ? plan.mix.routes.front().target : "");
  const std::string connections =
      fmt::format("{} connection{}{}, {} thread{}", plan.connections, plan.connections == 1 ? "" : "s",
                  plan.close_each ? " (a new one for each request)" : "", plan.threads, plan.threads == 1 ? "" : "s");
  if (plan.closed_loop) return fmt::format("{}  closed loop, {}\n", where, connections);
  return fmt::format("{}  open loop, {:.6g} req/s {}, {}\n", where,
                     mean_rate(plan.schedule.arrivals, plan.schedule.duration), name_of(plan.schedule.arrivals),
                     connections);
}

double per_second(std::uint64_t count, Nanoseconds time) {
  const double seconds = std::chrono::duration<double>(time).count();
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string count_lines(const Tally& tally) {
  const LoadCounts& counts = tally.window;
  std::string text = fmt::format("  requests    {} scheduled = {} ok", counts.scheduled, counts.of(Outcome::ok));
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (counts.of(outcome) != 0) text += fmt::format(" + {} {}", counts.of(outcome), name_of(outcome));
  }
  text += "\n";
  std::string errors;
  const auto add = [&](const std::string& name, std::uint64_t count) {
    errors += fmt::format("  {} {}", count, name);
  };
  tally.errors.for_each_status(add);
  tally.errors.for_each_errno(add);
  return errors.empty() ? text : text + "  errors    " + errors + "\n";
}

std::string times_table(const Tally& tally) {
  std::string text = "  time       ";
  for (const NamedPercentile& wanted : kPercentiles) text += fmt::format("{:>11}", wanted.name);
  text += "\n    response ";
  const Population population(tally);
  for (const NamedPercentile& wanted : kPercentiles) {
    text += fmt::format("{:>11}", quantile_text(population.quantile(wanted.percentile)));
  }
  struct Row {
    const char* name;
    const Histogram& histogram;
  };
  for (const Row& row :
       {Row{"service", tally.service}, Row{"queue", tally.client_queue}, Row{"send lag", tally.send_lag}}) {
    text += fmt::format("\n    {:<9}", row.name);
    for (const NamedPercentile& wanted : kPercentiles) {
      text += fmt::format("{:>11}", time_text(row.histogram.value_at_percentile(wanted.percentile)));
    }
  }
  return text + "\n";
}

std::string connection_line(const LoadResult& result) {
  const ConnectionShares& shares = result.connections;
  return fmt::format(
      "  connections {} opened, {} alive, {} starved, replies each {}/{}/{} (min/median/max), Jain {:.3f}\n",
      result.tally.connections_opened, shares.alive, shares.starved, shares.least, shares.median, shares.most,
      shares.jain);
}

std::string search_lines(const Promise& promise, const std::vector<SearchStep>& steps) {
  const std::string name = fmt::format("p{:g}", promise.percentile);
  std::string text = fmt::format("search for the highest rate with {} < {}\n", name, format_duration(promise.limit));
  for (const SearchStep& step : steps) {
    text += fmt::format("  {:>10.6g} req/s  {} {:>8}  {}{}\n", step.rate, name, time_text(step.value_ns),
                        step.kept ? "kept" : "broken",
                        step.validity == LoadValidity::ok ? "" : fmt::format("  ({})", to_string(step.validity)));
  }
  const bool found = std::any_of(steps.begin(), steps.end(), [](const SearchStep& step) { return step.kept; });
  return text + (found ? "the best one:\n" : "no rate has kept it so far; the last one:\n");
}

std::string verdict_lines(const LoadVerdict& verdict, bool colour) {
  const char* const start = !colour                                     ? ""
                            : verdict.validity == LoadValidity::ok      ? "\x1b[32m"
                            : verdict.validity == LoadValidity::suspect ? "\x1b[33m"
                                                                        : "\x1b[31m";
  std::string text =
      fmt::format("  validity    {}{}{}\n", start, to_string(verdict.validity), colour ? "\x1b[0m" : "");
  for (const LoadFinding& finding : verdict.findings) text += fmt::format("    {}\n", finding.detail);
  return text;
}

}  // namespace

std::string summary_text(const LoadPlan& plan, const LoadResult& result, bool colour) {
  const Tally& tally = result.tally;
  std::string text = plan.search ? search_lines(*plan.search, result.search) : "";
  text += load_line(plan);
  if (result.interrupted_by != 0) text += "  interrupted: what follows is of the part that was run\n";
  text += fmt::format("  throughput  {:.6g} replies/s over {}", per_second(tally.replies_in_window, result.duration),
                      format_duration(std::chrono::round<std::chrono::milliseconds>(result.duration)));
  if (!plan.closed_loop) text += fmt::format(", {:.6g} sent/s", per_second(tally.sent, result.duration));
  text += "\n" + count_lines(tally) + times_table(tally);
  text += connection_line(result);
  return text + verdict_lines(result.verdict, colour);
}

}  // namespace interleave
