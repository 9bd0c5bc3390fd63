#include "harness/record/run_exports.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/atomic_file.hpp"
#include "harness/record/export_text.hpp"
#include "harness/record/hgrm.hpp"
#include "harness/record/json_fields.hpp"
#include "harness/record/launches.hpp"
#include "harness/record/trial_figures.hpp"

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

struct CellFigure {
  std::string_view name;
  std::string_view unit;
  bool smaller_is_better;
  std::optional<Estimate> value;
};

std::vector<CellFigure> figures(const SummaryCell& cell) {
  return {{"throughput_rps", "req/s", false, cell.throughput_rps},
          {"goodput_rps", "req/s", false, cell.goodput_rps},
          {"p50_ms", "ms", true, cell.latency.p50},
          {"p90_ms", "ms", true, cell.latency.p90},
          {"p99_ms", "ms", true, cell.latency.p99},
          {"p999_ms", "ms", true, cell.latency.p999},
          {"cpu_us_per_request", "us", true, cell.cpu_us_per_request},
          {"ctx_switches_per_request", "1", true, cell.ctx_switches_per_request},
          {"rss_mib", "MiB", true, cell.rss_mib}};
}

// "c64", "o1000", "o50p": as trials are named.
std::string load_name(const CellLoad& load) {
  if (!load.rate) return fmt::format("c{}", load.connections);
  std::string name = "o" + to_string(*load.rate);
  if (name.ends_with('%')) name.back() = 'p';
  return name;
}

std::string cell_name(const SummaryCell& cell, std::string_view separator) {
  return fmt::format("{1}{0}{2}{0}{3}", separator, cell.model, cell.workload, load_name(cell.load));
}

std::vector<Launch> launches_with_figures(const SummaryCell& cell, std::span<const TrialRecord> trials) {
  std::vector<Launch> launches;
  for (const TrialRecord* trial : trials_of(cell, trials)) {
    if (const std::optional<TrialFigures> found = figures_of(*trial)) launches.push_back({trial, *found});
  }
  return launches;
}

std::optional<double> p50_us(const TrialFigures& figures) {
  if (figures.latency_us == nullptr) return std::nullopt;
  const auto value = quantile_with_lost(*figures.latency_us, figures.latency_lost, 0.5);
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

Json rows(const SummaryRecord& summary, bool smaller_is_better) {
  Json rows = Json::array();
  for (const SummaryCell& cell : summary.cells) {
    for (const CellFigure& figure : figures(cell)) {
      if (figure.smaller_is_better != smaller_is_better || !figure.value) continue;
      const auto& [estimate, low, high] = *figure.value;
      rows.push_back({{"name", cell_name(cell, " ") + " " + std::string(figure.name)},
                      {"unit", figure.unit},
                      {"value", rounded(estimate)},
                      {"range", low && high ? fmt::format("{:.4g} to {:.4g}", *low, *high) : "one launch"},
                      {"extra", fmt::format("{} of {} launches ok; {}", cell.repetitions_ok, cell.repetitions,
                                            to_string(cell.validity))}});
    }
  }
  return rows;
}

std::string reasons_of(const SummaryCell& cell) {
  std::string text;
  for (const auto& [reason, count] : cell.reasons)
    text += fmt::format("{}{} x{}", text.empty() ? "" : ", ", reason, count);
  return text.empty() ? "no launch" : text;
}

std::string test_case(const SummaryCell& cell) {
  const std::string head = fmt::format(R"(    <testcase classname="{}" name="{} {}")", xml_escaped(cell.model),
                                       xml_escaped(cell.workload), load_name(cell.load));
  const std::string why = xml_escaped(reasons_of(cell));
  switch (cell.validity) {
    case Validity::invalid:
      return head + fmt::format("><failure message=\"{}\" type=\"INVALID\"/></testcase>\n", why);
    case Validity::suspect:
      return head + fmt::format("><skipped message=\"SUSPECT {}\"/></testcase>\n", why);
    case Validity::ok:
      break;
  }
  return head + "/>\n";
}

std::string csv_lines(const SummaryCell& cell, const Launch& launch) {
  const TrialFigures& all = launch.figures;
  const auto milliseconds = [](std::optional<double> us) { return us ? std::optional(*us / 1e3) : std::nullopt; };
  const std::pair<std::string_view, std::optional<double>> values[] = {
      {"throughput_rps", all.throughput_rps},
      {"goodput_rps", all.goodput_rps},
      {"p50_ms", milliseconds(p50_us(all))},
      {"mean_ms", milliseconds(all.mean_response_us)},
      {"cpu_us_per_request", all.cpu_us_per_request},
      {"ctx_switches_per_request", all.ctx_switches_per_request},
      {"rss_mib", all.rss_mib},
      {"threads", all.threads}};
  std::string lines;
  for (const auto& [name, value] : values) {
    if (!value) continue;
    lines += fmt::format("{},{},{},{},{},{},{},{},{:.6g}\n", cell.model, cell.workload, cell.load.driver,
                         load_name(cell.load), cell.load.connections, launch.trial->spec.repetition,
                         to_string(launch.trial->validity), name, *value);
  }
  return lines;
}

std::optional<std::string> hgrm(const SummaryCell& cell, std::span<const TrialRecord> trials) {
  if (!cell.latency.p50) return std::nullopt;
  std::vector<const ValueCounts*> histograms;
  for (const Launch& launch : select_launches(trials_of(cell, trials), cell.repetitions).launches) {
    if (launch.figures.latency_us != nullptr) histograms.push_back(launch.figures.latency_us);
  }
  if (histograms.empty()) return std::nullopt;
  return hgrm_of_microseconds(merge(histograms));
}

}  // namespace

std::string google_benchmark_json(const RunRecord& run, const SummaryRecord& summary,
                                  std::span<const TrialRecord> trials) {
  std::vector<BenchmarkEntry> entries;
  for (const SummaryCell& cell : summary.cells) {
    for (const Launch& launch : launches_with_figures(cell, trials)) {
      if (!launch.figures.cpu_us_per_request) continue;
      entries.push_back({.name = fmt::format("{}/launch:{}", cell_name(cell, "/"), launch.trial->spec.repetition),
                         .real_us = p50_us(launch.figures).value_or(*launch.figures.cpu_us_per_request),
                         .cpu_us = *launch.figures.cpu_us_per_request});
    }
  }
  return google_benchmark_json({.date = run.started_utc,
                                .host_name = run.host.hostname,
                                .executable = "interleave " + run.commit,
                                .cpus = run.host.cpus_online,
                                .build_type = run.build_type == "Release" ? "release" : "debug"},
                               entries);
}

std::string smaller_is_better_json(const SummaryRecord& summary) {
  return dumped(rows(summary, true), 2);
}

std::string bigger_is_better_json(const SummaryRecord& summary) {
  return dumped(rows(summary, false), 2);
}

std::string bencher_json(const SummaryRecord& summary) {
  Json benchmarks = Json::object();
  for (const SummaryCell& cell : summary.cells) {
    for (const CellFigure& figure : figures(cell)) {
      if (!figure.value) continue;
      std::string measure(figure.name);  // a slug: no underscore
      std::replace(measure.begin(), measure.end(), '_', '-');
      Json metric{{"value", rounded(figure.value->estimate)}};
      if (figure.value->low) metric["lower_value"] = rounded(figure.value->low);
      if (figure.value->high) metric["upper_value"] = rounded(figure.value->high);
      benchmarks[cell_name(cell, " ")][measure] = std::move(metric);
    }
  }
  return dumped(benchmarks, 2);
}

std::string junit_xml(const SummaryRecord& summary) {
  std::string cases;
  for (const SummaryCell& cell : summary.cells) cases += test_case(cell);
  const auto count = [&](Validity validity) {
    return std::count_if(summary.cells.begin(), summary.cells.end(),
                         [&](const SummaryCell& cell) { return cell.validity == validity; });
  };
  const std::string counts = fmt::format(R"(tests="{}" failures="{}" errors="0" skipped="{}")", summary.cells.size(),
                                         count(Validity::invalid), count(Validity::suspect));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite name=\"interleave run\" "
      "{0}>\n{1}  </testsuite>\n</testsuites>\n",
      counts, cases);
}

std::string launches_csv(const SummaryRecord& summary, std::span<const TrialRecord> trials) {
  std::string text = "model,workload,driver,load,connections,launch,validity,figure,value\n";
  for (const SummaryCell& cell : summary.cells) {
    for (const Launch& launch : launches_with_figures(cell, trials)) text += csv_lines(cell, launch);
  }
  return text;
}

void write_run_exports(const std::filesystem::path& run_folder, const RunRecord& run, const SummaryRecord& summary,
                       std::span<const TrialRecord> trials) {
  const std::filesystem::path exports = run_folder / "exports";
  std::filesystem::create_directories(exports);
  write_atomically(exports / "benchmark.json", google_benchmark_json(run, summary, trials));
  write_atomically(exports / "smaller_is_better.json", smaller_is_better_json(summary));
  write_atomically(exports / "bigger_is_better.json", bigger_is_better_json(summary));
  write_atomically(exports / "bencher.json", bencher_json(summary));
  write_atomically(exports / "junit.xml", junit_xml(summary));
  write_atomically(exports / "launches.csv", launches_csv(summary, trials));
  for (const SummaryCell& cell : summary.cells) {
    if (const auto text = hgrm(cell, trials)) write_atomically(exports / (cell_name(cell, "-") + ".hgrm"), *text);
  }
}

}  // namespace interleave
