#include "harness/load/generator/timeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Timeline, has_a_line_for_each_second_up_to_the_last_event) {
  Timeline timeline(5s, {});
  timeline.scheduled(0ns);
  timeline.scheduled(999'999'999ns);
  timeline.answered(1s, 1000);
  timeline.failed(2500ms);
  EXPECT_EQ(timeline_csv(timeline),
            "second,scheduled,ok,failed,p50_ns,p90_ns,p99_ns,max_ns\n"
            "0,2,0,0,,,,\n"
            "1,0,1,0,1000,1000,1000,1000\n"
            "2,0,0,1,,,,\n");
}

TEST(Timeline, loses_nothing_beyond_its_ends) {
  Timeline timeline(1s, {});
  timeline.failed(-5ms);
  timeline.failed(1min);
  EXPECT_EQ(timeline.seconds().front().failed, 1U);
  EXPECT_EQ(timeline.seconds().back().failed, 1U);
}

TEST(Timeline, threads_add_up) {
  Timeline one(2s, {});
  Timeline other(2s, {});
  one.answered(1s, 10);
  other.answered(1s, 20);
  other.scheduled(0s);
  one.merge(other);
  EXPECT_EQ(timeline_csv(one),
            "second,scheduled,ok,failed,p50_ns,p90_ns,p99_ns,max_ns\n"
            "0,1,0,0,,,,\n"
            "1,0,2,0,10,20,20,20\n");
  EXPECT_EQ(timeline_csv(Timeline(1s, {})), "second,scheduled,ok,failed,p50_ns,p90_ns,p99_ns,max_ns\n");
}

TEST(LatencyBuckets, begin_where_three_leading_digits_change) {
  struct Case {
    std::uint64_t value;
    std::uint64_t lowest;
  };
  const Case cases[] = {
      {0, 0},
      {1, 1},
      {7, 7},  // three digits: a bucket of its own
      {8, 8},
      {9, 8},
      {10, 10},
      {1'000'000, 917'504},              // 1 ms: 1.75 * 2^19
      {8'388'607, 7'340'032},            // one less than 2^23
      {8'388'608, 8'388'608},            // 2^23
      {10'000'000, 8'388'608},           // 10 ms
      {10'485'760, 10'485'760},          // 1.25 * 2^23
      {60'000'000'000, 51'539'607'552},  // the longest time: 1.5 * 2^35
  };
  for (const Case& c : cases) {
    Histogram histogram;
    histogram.record_n(c.value, 3);
    EXPECT_THAT(latency_buckets(histogram), ElementsAre(LatencyBucket{c.lowest, 3})) << c.value;
  }
  EXPECT_THAT(latency_buckets(Histogram()), IsEmpty());
}

TEST(LatencyBuckets, hold_every_value_of_the_histogram_once) {
  Histogram histogram;
  std::uint64_t below = 0;  // 2^23 and its bucket's end
  std::uint64_t within = 0;
  std::uint64_t value = 1000;
  for (int i = 0; i < 4000; ++i) {
    histogram.record(value);
    if (value < (1U << 23U)) ++below;
    if (value >= (1U << 23U) && value < (5U << 21U)) ++within;
    value += value / 256 + 1;
    if (value > 59'000'000'000) value = 1000;
  }
  std::uint64_t sum = 0;
  std::uint64_t sum_below = 0;
  std::uint64_t last = 0;
  for (const LatencyBucket& bucket : latency_buckets(histogram)) {
    EXPECT_GT(bucket.lowest, last);
    last = bucket.lowest;
    sum += bucket.count;
    if (bucket.lowest < (1U << 23U)) sum_below += bucket.count;
    if (bucket.lowest == (1U << 23U)) {
      EXPECT_EQ(bucket.count, within);
    }
  }
  EXPECT_EQ(sum, histogram.total_count());
  EXPECT_EQ(sum_below, below);
  EXPECT_GT(within, 0U);
}

}  // namespace
}  // namespace interleave
