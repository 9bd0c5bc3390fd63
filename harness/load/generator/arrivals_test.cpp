#include "harness/load/generator/arrivals.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "harness/load/generator/arrivals_text.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

std::vector<Arrival> all(const Schedule& schedule, std::uint32_t thread = 0, std::uint32_t threads = 1) {
  ScheduleCursor cursor(schedule, thread, threads);
  std::vector<Arrival> arrivals;
  while (const auto arrival = cursor.next()) arrivals.push_back(*arrival);
  return arrivals;
}

std::vector<double> milliseconds(const Arrivals& arrivals, Nanoseconds duration) {
  std::vector<double> times;
  for (const Arrival& arrival : all({arrivals, 1, 0ns, duration})) {
    times.push_back(std::chrono::duration<double, std::milli>(arrival.at).count());
  }
  return times;
}

TEST(Arrivals, constant_is_evenly_spaced_and_ends_before_the_window) {
  EXPECT_EQ(milliseconds(ConstantArrivals{100}, 50ms), (std::vector<double>{0, 10, 20, 30, 40}));
}

TEST(Arrivals, constant_does_not_drift) {
  const auto arrivals = all({ConstantArrivals{3}, 1, 0ns, 1000s});
  ASSERT_EQ(arrivals.size(), 3000U);
  EXPECT_EQ(arrivals.back().at, Nanoseconds(999'666'666'667));
}

// Numbers and moments of a Poisson process; 5 standard deviations, for one fixed seed.
TEST(Arrivals, poisson_has_the_rate_and_the_gaps_of_one) {
  const auto arrivals = all({PoissonArrivals{1000}, 7, 0ns, 100s});
  const auto n = static_cast<double>(arrivals.size());
  EXPECT_NEAR(n, 100'000, 5 * std::sqrt(100'000));
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < arrivals.size(); ++i) {
    const double gap = std::chrono::duration<double>(arrivals[i].at - arrivals[i - 1].at).count();
    sum += gap;
    squares += gap * gap;
  }
  const double mean = sum / (n - 1);
  EXPECT_NEAR(squares / (n - 1) / (mean * mean), 2, 5 * std::sqrt(20 / n)) << "an exponential has E[x^2] = 2 E[x]^2";
}

TEST(Arrivals, same_seed_same_schedule_and_another_seed_another) {
  const Schedule one{PoissonArrivals{1000}, 1, 1s, 1s};
  const Schedule other{PoissonArrivals{1000}, 2, 1s, 1s};
  EXPECT_EQ(all(one), all(one));
  EXPECT_NE(all(one), all(other));
  EXPECT_EQ(digest(one).sha256, digest(one).sha256);
  EXPECT_NE(digest(one).sha256, digest(other).sha256);
}

TEST(Arrivals, threads_share_one_schedule_whatever_their_number) {
  const Schedule schedule{PoissonArrivals{500}, 3, 1s, 1s};
  const auto whole = all(schedule);
  std::vector<Arrival> merged;
  for (std::uint32_t thread = 0; thread < 3; ++thread) {
    const auto part = all(schedule, thread, 3);
    merged.insert(merged.end(), part.begin(), part.end());
  }
  std::sort(merged.begin(), merged.end(), [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  EXPECT_EQ(merged, whole);
}

TEST(Arrivals, warm_up_comes_before_the_window_and_is_not_in_the_digest) {
  const Schedule with{ConstantArrivals{10}, 1, 300ms, 1s};
  const Schedule without{ConstantArrivals{10}, 1, 0ns, 1s};
  const auto arrivals = all(with);
  ASSERT_EQ(arrivals.size(), 13U);
  EXPECT_EQ(arrivals[0], (Arrival{-300ms, 0, false}));
  EXPECT_EQ(arrivals[2], (Arrival{-100ms, 2, false}));
  EXPECT_EQ(arrivals[3], (Arrival{0ms, 0, true}));
  EXPECT_EQ(digest(with).sha256, digest(without).sha256);
  EXPECT_EQ(digest(with).arrivals, 10U);
}

// Computed by: printf '\0\0\0\0\0\0\0\0\0\x65\xcd\x1d\0\0\0\0' | sha256sum
TEST(Arrivals, the_digest_is_sha_256_of_the_times) {
  EXPECT_EQ(digest({ConstantArrivals{2}, 1, 0ns, 1s}).sha256,
            "b346958cae41988367a627ae7f078675377cd35b4cd9b0d41b72a043fb18594c");
}

// Computed by: python3 -c 'import hashlib, struct
// print(hashlib.sha256(b"".join(struct.pack("<Q", k * 100000) for k in range(10000))).hexdigest())'
TEST(Arrivals, the_digest_of_many_times_is_of_all_of_them) {
  const ScheduleDigest many = digest({ConstantArrivals{10'000}, 1, 0ns, 1s}, [] { return false; });
  EXPECT_EQ(many.sha256, "c501d9bffd1a097ebe6771c6a810ef47406bbc8377020e1c8b2fd8ec411a4e78");
  EXPECT_EQ(many.arrivals, 10'000U);
}

TEST(Arrivals, a_digest_ends_when_it_is_told_to) {
  int asked = 0;
  const auto at_the_third = [&] { return ++asked == 3; };
  EXPECT_EQ(digest({PoissonArrivals{1e8}, 1, 0ns, std::chrono::hours(1000)}, at_the_third).sha256, "");
  EXPECT_EQ(asked, 3);
}

TEST(Arrivals, a_ramp_has_the_rate_of_each_moment) {
  // 0 to 200 per second in 1 s: the k-th at sqrt(k / 100) s.
  const auto up = milliseconds(RampArrivals{0, 200}, 1s);
  ASSERT_EQ(up.size(), 100U);
  EXPECT_DOUBLE_EQ(up[0], 0);
  EXPECT_DOUBLE_EQ(up[25], 500);
  EXPECT_DOUBLE_EQ(up[81], 900);
  const auto down = milliseconds(RampArrivals{200, 0}, 1s);
  ASSERT_EQ(down.size(), 100U);
  EXPECT_DOUBLE_EQ(down[75], 500);
  EXPECT_EQ(milliseconds(RampArrivals{100, 100}, 1s), milliseconds(ConstantArrivals{100}, 1s));
}

TEST(Arrivals, steps_follow_one_another) {
  EXPECT_EQ(milliseconds(StepArrivals{{{100, 30ms}, {50, 40ms}}}, 70ms), (std::vector<double>{0, 10, 20, 30, 50}));
}

TEST(Arrivals, are_read_as_users_write_them) {
  EXPECT_EQ(std::get<PoissonArrivals>(parse_arrivals("poisson", 5)).rate, 5);
  EXPECT_EQ(std::get<ConstantArrivals>(parse_arrivals("constant", 0.5)).rate, 0.5);
  EXPECT_EQ(std::get<RampArrivals>(parse_arrivals("ramp:0:5e3", std::nullopt)).to, 5000);
  const Arrivals steps = parse_arrivals("steps:100@5s,200@500ms", std::nullopt);
  EXPECT_EQ(own_duration(steps), Nanoseconds(5500ms));
  EXPECT_NEAR(mean_rate(steps, 5500ms), 600 / 5.5, 1e-9);
}

TEST(Arrivals, malformed_texts_are_refused_with_what_to_do) {
  const std::pair<const char*, std::optional<double>> cases[] = {{"poisson", std::nullopt},
                                                                 {"constant", std::nullopt},
                                                                 {"poisson:5", 5},
                                                                 {"ramp:1:2", 5},
                                                                 {"ramp:1", std::nullopt},
                                                                 {"ramp:0:0", std::nullopt},
                                                                 {"ramp:-1:2", std::nullopt},
                                                                 {"ramp:1:x", std::nullopt},
                                                                 {"steps:", std::nullopt},
                                                                 {"steps:5", std::nullopt},
                                                                 {"steps:5@1", std::nullopt},
                                                                 {"steps:0@1s", std::nullopt},
                                                                 {"steps:5@0s", std::nullopt},
                                                                 {"trace:/nowhere", std::nullopt},
                                                                 {"poison", 5},
                                                                 {"", 5},
                                                                 {"ramp:nan:1", std::nullopt}};
  for (const auto& [text, rate] : cases)
    EXPECT_THROW(static_cast<void>(parse_arrivals(text, rate)), UsageError) << text;
}

}  // namespace
}  // namespace interleave
