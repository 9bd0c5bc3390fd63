// A run second by second: what was scheduled in each, what ended in each, and how long the replies of it had taken.
// Of the window's requests only; seconds after the window are the drain. One per thread, merged afterwards. Not
// thread-safe; no allocation after construction.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/histogram.hpp"

namespace interleave {

class Timeline {
 public:
  struct Second {
    explicit Second(Histogram::Range range) : response(range) {}
    std::uint64_t scheduled = 0;  // by intended time
    std::uint64_t ok = 0;         // by the time they ended
    std::uint64_t failed = 0;
    Histogram response;  // of the ok ones
  };

  // Room for a run of `length`; a second takes 220 kB. Later events count in the last one.
  Timeline(Nanoseconds length, Histogram::Range range);

  // Times from the begin of the window.
  void scheduled(Nanoseconds at) noexcept { ++second_of(at).scheduled; }
  void answered(Nanoseconds at, std::uint64_t response_ns) noexcept {
    ++second_of(at).ok;
    second_of(at).response.record(response_ns);
  }
  void failed(Nanoseconds at) noexcept { ++second_of(at).failed; }
  // REQUIRES: the same length and range.
  void merge(const Timeline& other);

  [[nodiscard]] const std::vector<Second>& seconds() const noexcept { return seconds_; }
  // Those up to the last event.
  [[nodiscard]] std::span<const Second> used() const noexcept;

 private:
  [[nodiscard]] Second& second_of(Nanoseconds at) noexcept;

  std::vector<Second> seconds_;
};

// A coarse histogram: how many values lie from `lowest` up to where the next bucket begins. Buckets are the numbers
// that agree in their three leading binary digits: four to an octave, each 14 to 25 % wide, so that 0.1 ms to 10 s
// are 67.
//
//   begins at   1.00 * 2^k   1.25 * 2^k   1.50 * 2^k   1.75 * 2^k     ns; 10 ms lies in [8.39 ms, 10.5 ms)
//
// A histogram's own bins agree in eleven digits, so none lies across an edge: counts are exact.
struct LatencyBucket {
  std::uint64_t lowest;
  std::uint64_t count;
  bool operator==(const LatencyBucket&) const = default;
};
// Those that hold something, ascending. REQUIRES: lowest_discernible is 1.
[[nodiscard]] std::vector<LatencyBucket> latency_buckets(const Histogram& histogram);

// CSV: second,scheduled,ok,failed,p50_ns,p90_ns,p99_ns,max_ns; empty where a second had no reply. Seconds after the
// last event are left out.
[[nodiscard]] std::string timeline_csv(const Timeline& timeline);

}  // namespace interleave
