#include "harness/record/export_text.hpp"

#include "harness/record/json_fields.hpp"

namespace interleave {

std::string google_benchmark_json(const BenchmarkContext& context, std::span<const BenchmarkEntry> entries) {
  using Json = nlohmann::ordered_json;
  Json benchmarks = Json::array();
  for (const BenchmarkEntry& entry : entries) {
    benchmarks.push_back({{"name", entry.name},
                          {"run_name", entry.name},
                          {"run_type", "iteration"},
                          {"repetitions", 1},
                          {"repetition_index", 0},
                          {"threads", 1},
                          {"iterations", 1},
                          {"real_time", rounded(entry.real_us)},
                          {"cpu_time", rounded(entry.cpu_us)},
                          {"time_unit", "us"}});
  }
  return dumped({{"context",
                  {{"date", context.date},
                   {"host_name", context.host_name},
                   {"executable", context.executable},
                   {"num_cpus", context.cpus},
                   {"mhz_per_cpu", 0},
                   {"cpu_scaling_enabled", false},
                   {"caches", Json::array()},
                   {"library_build_type", context.build_type}}},
                 {"benchmarks", benchmarks}},
                2);
}

std::string xml_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return result;
}

}  // namespace interleave
