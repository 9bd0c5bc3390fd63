#include "core/base/hdr_log.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>

#include <fmt/format.h>

#include "core/base/hdr_codec.hpp"

namespace interleave {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kStepsPerHalving = 5;

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string utc(std::chrono::system_clock::time_point time) {
  const std::time_t whole = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// HdrHistogram's: of the bins' middles.
double standard_deviation(const Histogram& histogram) {
  const double mean = histogram.mean().value_or(0);
  double sum = 0;
  histogram.for_each_bin([&](const Histogram::Bin& bin) {
    const std::uint64_t middle = bin.lowest + (bin.highest - bin.lowest + 1) / 2;
    const double off = static_cast<double>(middle) - mean;
    sum += off * off * static_cast<double>(bin.count);
  });
  return histogram.total_count() == 0 ? 0 : std::sqrt(sum / static_cast<double>(histogram.total_count()));
}

// From a level in percent to the next: the step halves each time the distance to 100 % has. 100 where the step
// vanishes beside the level, or counts near 2^62 would never end. REQUIRES: level < 100.
double next_level(double level) {
  const double halvings = std::floor(std::log2(100 / (100 - level)));
  const double next = level + 100 / (kStepsPerHalving * std::exp2(halvings + 1));
  return next > level ? next : 100;
}

std::string percentile_rows(const Histogram& histogram, double unit) {
  const std::uint64_t total = histogram.total_count();
  std::string rows;
  double level = 0;
  std::uint64_t seen = 0;
  histogram.for_each_bin([&](const Histogram::Bin& bin) {
    seen += bin.count;
    const double value = static_cast<double>(bin.highest) / unit;
    const double share = 100 * static_cast<double>(seen) / static_cast<double>(total);
    while (share >= level && level < 100) {
      rows += fmt::format("{:12.3f} {:2.12f} {:10} {:14.2f}\n", value, level / 100, seen, 1 / (1 - level / 100));
      level = next_level(level);
      if (seen == total) break;  // one row below 100 %, then the last
    }
    if (seen == total) rows += fmt::format("{:12.3f} {:2.12f} {:10}\n", value, 1.0, seen);
  });
  return rows;
}

}  // namespace

std::string hdr_log_head(std::string_view comment, std::chrono::system_clock::time_point start) {
  std::string line(comment);
  std::replace_if(
      line.begin(), line.end(), [](char letter) { return letter == '\n' || letter == '\r'; }, ' ');
  return fmt::format(
      "#[{}]\n#[Histogram log format version 1.3]\n#[StartTime: {:.3f} (seconds since epoch), {}]\n"
      "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
      line, seconds(start.time_since_epoch()), utc(start));
}

std::string hdr_log_line(const HdrInterval& interval, const Histogram& histogram) {
  const double longest = static_cast<double>(histogram.max().value_or(0)) / kNanosecondsPerMillisecond;
  return fmt::format("{}{:.3f},{:.3f},{:.3f},{}\n", interval.tag.empty() ? "" : fmt::format("Tag={},", interval.tag),
                     seconds(interval.start), seconds(interval.length), longest, encode_hdr(histogram));
}

std::string hdr_percentiles(const Histogram& histogram, double unit) {
  const std::uint64_t sub_buckets = 2048;
  const std::uint64_t buckets = histogram.bin_count() / (sub_buckets / 2) - 1;
  return fmt::format("{:>12} {:>14} {:>10} {:>14}\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)") +
         percentile_rows(histogram, unit) +
         fmt::format("#[Mean    = {:12.3f}, StdDeviation   = {:12.3f}]\n", histogram.mean().value_or(0) / unit,
                     standard_deviation(histogram) / unit) +
         fmt::format("#[Max     = {:12.3f}, Total count    = {:12}]\n",
                     static_cast<double>(histogram.max().value_or(0)) / unit, histogram.total_count()) +
         fmt::format("#[Buckets = {:12}, SubBuckets     = {:12}]\n", buckets, sub_buckets);
}

}  // namespace interleave
