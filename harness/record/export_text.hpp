// What exports for other programs have in common, whatever they are made of. Pure: text out.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace interleave {

// Host and time, as Google Benchmark's own output has it.
struct BenchmarkContext {
  std::string date;
  std::string host_name;
  std::string executable;
  std::uint32_t cpus = 1;
  std::string build_type;  // "release" or "debug"
};

// One launch: time per request.
struct BenchmarkEntry {
  std::string name;    // unique within a file; compare.py compares what has the same name in two
  double real_us = 0;  // the median response
  double cpu_us = 0;   // the server's CPU time
};

// A file as `--benchmark_out_format=json` makes it, for Google Benchmark's compare.py.
[[nodiscard]] std::string google_benchmark_json(const BenchmarkContext& context,
                                                std::span<const BenchmarkEntry> entries);

// For text and attributes of XML 1.0; control characters, which are no part of it, become blanks.
[[nodiscard]] std::string xml_escaped(std::string_view text);

}  // namespace interleave
