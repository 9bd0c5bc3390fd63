// The two text files of HdrHistogram's tools, for histograms of nanoseconds. Pure functions, safe from any thread.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "core/base/histogram.hpp"

namespace interleave {

// A .hlog file (format 1.3) is this head and then a line for each interval; HistogramLogAnalyzer, HistogramLogReader
// and hdr-histogram-js read it. The comment is one line of free text: who writes, what. A line break in it is written
// as a blank.
[[nodiscard]] std::string hdr_log_head(std::string_view comment, std::chrono::system_clock::time_point start);

struct HdrInterval {
  std::chrono::nanoseconds start{0};  // since the start in the head
  std::chrono::nanoseconds length{0};
  std::string_view tag;  // e.g. "response"; empty: none. REQUIRES: no comma, blank or line break
};

// One line, with its line break. The maximum in it is in milliseconds.
[[nodiscard]] std::string hdr_log_line(const HdrInterval& interval, const Histogram& histogram);

// A .hgrm file: the distribution by percentiles, five steps in each halving of the distance to 100 %, as
// HdrHistogram's outputPercentileDistribution and wrk2 print it, and its plotter draws it. Values are divided by
// `unit`: nanoseconds become milliseconds.
[[nodiscard]] std::string hdr_percentiles(const Histogram& histogram, double unit = 1e6);

}  // namespace interleave
