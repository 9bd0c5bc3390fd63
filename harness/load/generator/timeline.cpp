#include "harness/load/generator/timeline.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

#include <fmt/format.h>

namespace interleave {
namespace {

bool is_empty(const Timeline::Second& second) {
  return second.scheduled == 0 && second.ok == 0 && second.failed == 0;
}

// All binary digits after the first three become 0.
std::uint64_t bucket_of(std::uint64_t value) {
  constexpr int kDigits = 3;
  const int dropped = std::max(0, static_cast<int>(std::bit_width(value)) - kDigits);
  return value >> dropped << dropped;
}

}  // namespace

Timeline::Timeline(Nanoseconds length, Histogram::Range range)
    : seconds_(static_cast<std::size_t>(std::chrono::ceil<std::chrono::seconds>(length).count()) + 1, Second(range)) {
}

Timeline::Second& Timeline::second_of(Nanoseconds at) noexcept {
  const auto second = std::max<std::int64_t>(0, std::chrono::floor<std::chrono::seconds>(at).count());
  return seconds_[std::min(static_cast<std::size_t>(second), seconds_.size() - 1)];
}

void Timeline::merge(const Timeline& other) {
  for (std::size_t i = 0; i < seconds_.size(); ++i) {
    Second& mine = seconds_[i];
    const Second& its = other.seconds_.at(i);
    mine.scheduled += its.scheduled;
    mine.ok += its.ok;
    mine.failed += its.failed;
    mine.response.merge(its.response);
  }
}

std::span<const Timeline::Second> Timeline::used() const noexcept {
  const auto last = std::find_if(seconds_.rbegin(), seconds_.rend(), [](const auto& s) { return !is_empty(s); });
  return std::span(seconds_).first(static_cast<std::size_t>(seconds_.rend() - last));
}

std::vector<LatencyBucket> latency_buckets(const Histogram& histogram) {
  std::vector<LatencyBucket> buckets;
  histogram.for_each_bin([&](const Histogram::Bin& bin) {
    const std::uint64_t lowest = bucket_of(bin.lowest);
    if (buckets.empty() || buckets.back().lowest != lowest) buckets.push_back({lowest, 0});
    buckets.back().count += bin.count;
  });
  return buckets;
}

std::string timeline_csv(const Timeline& timeline) {
  const auto seconds = timeline.used();
  std::string text = "second,scheduled,ok,failed,p50_ns,p90_ns,p99_ns,max_ns\n";
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const Timeline::Second& second = seconds[i];
    text += fmt::format("{},{},{},{}", i, second.scheduled, second.ok, second.failed);
    for (const double percentile : {50.0, 90.0, 99.0, 100.0}) {
      const auto value = second.response.value_at_percentile(percentile);
      text += value ? fmt::format(",{}", *value) : ",";
    }
    text += "\n";
  }
  return text;
}

}  // namespace interleave
