#include "harness/predict/predict.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

constexpr Demands kOneCall{.d1_s = 0.0104, .d_cpu_s = 40e-6};

struct PredictionCase {
  const char* what;
  std::uint32_t connections;
  Capacity capacity;
  double throughput;
  Bound bound;
};

TEST(PredictClosed, is_the_smaller_of_both_bounds) {
  const PredictionCase cases[] = {
      {"anyone with one client", 1, {.in_flight_limit = {}, .cores = 1}, 1 / 0.0104, Bound::clients},
      {"a single thread, one client", 1, {.in_flight_limit = 1, .cores = 1}, 1 / 0.0104, Bound::clients},
      {"a single thread never does more",
       256,
       {.in_flight_limit = 1, .cores = 1},
       1 / 0.0104,
       Bound::in_flight_limit},
      {"a loop grows with the clients", 64, {.in_flight_limit = {}, .cores = 1}, 64 / 0.0104, Bound::clients},
      {"a loop ends at its core", 1000, {.in_flight_limit = {}, .cores = 1}, 25'000, Bound::cpu},
      {"threads use the cores there are", 1000, {.in_flight_limit = {}, .cores = 2}, 50'000, Bound::cpu},
      {"a pool of 8", 256, {.in_flight_limit = 8, .cores = 2}, 8 / 0.0104, Bound::in_flight_limit},
      {"a pool larger than the crowd", 4, {.in_flight_limit = 8, .cores = 2}, 4 / 0.0104, Bound::clients},
  };
  for (const PredictionCase& c : cases) {
    const Prediction got = predict_closed(c.connections, kOneCall, c.capacity);
    EXPECT_NEAR(got.throughput_rps, c.throughput, 1e-6 * c.throughput) << c.what;
    EXPECT_NEAR(got.latency_s, c.connections / c.throughput, 1e-9 * c.connections) << c.what;
    EXPECT_EQ(got.bound, c.bound) << c.what;
  }
}

TEST(MvaThroughput, follows_the_recursion_by_hand) {
  // Z = 9 ms, D = 1 ms: X(1) = 1/10; Q = 0.1; X(2) = 2 / (9 + 1.1) per ms.
  const Demands demands{.d1_s = 0.010, .d_cpu_s = 0.001};
  EXPECT_NEAR(mva_throughput(1, demands, {.in_flight_limit = {}, .cores = 1}), 100, 1e-9);
  EXPECT_NEAR(mva_throughput(2, demands, {.in_flight_limit = {}, .cores = 1}), 2000 / 10.1, 1e-9);
  // Two cores: D = 0.5 ms at each; X(1) the same; Q = 0.05 each; X(2) = 2 / (9 + 2 x 0.5 x 1.05).
  EXPECT_NEAR(mva_throughput(2, demands, {.in_flight_limit = {}, .cores = 2}), 2000 / 10.05, 1e-9);
}

TEST(MvaThroughput, stays_below_the_bounds_and_reaches_them_far_from_the_knee) {
  const Capacity loop{.in_flight_limit = {}, .cores = 1};
  for (const std::uint32_t n : {1U, 16U, 64U, 256U, 260U, 1000U, 10'000U}) {
    EXPECT_LE(mva_throughput(n, kOneCall, loop), predict_closed(n, kOneCall, loop).throughput_rps * (1 + 1e-9)) << n;
  }
  EXPECT_NEAR(mva_throughput(10'000, kOneCall, loop), 25'000, 25);
  EXPECT_LT(mva_throughput(260, kOneCall, loop), 0.97 * predict_closed(260, kOneCall, loop).throughput_rps);
}

TEST(MvaThroughput, of_a_limited_model_is_that_of_its_limit) {
  const Capacity one{.in_flight_limit = 1, .cores = 1};
  EXPECT_EQ(mva_throughput(256, kOneCall, one), mva_throughput(1, kOneCall, one));
}

TEST(CapacityOf, gives_loops_one_core_and_threads_all) {
  ModelDescription model;
  model.family = "loop";
  EXPECT_EQ(capacity_of(model, 4).cores, 1U);
  model.family = "threads";
  model.in_flight_limit = 8;
  EXPECT_EQ(capacity_of(model, 4).cores, 4U);
  EXPECT_EQ(capacity_of(model, 4).in_flight_limit, 8U);
  model.family = "blocking";
  model.in_flight_limit = 1;
  EXPECT_EQ(capacity_of(model, 4).cores, 1U);
}

TEST(PredictOpen, answers_what_is_offered_up_to_the_capacity_of_all_connections) {
  struct OpenCase {
    const char* what;
    double rate;
    std::uint32_t connections;
    Capacity capacity;
    double throughput, capacity_rps;
    bool has_floor;
    Bound bound;
  };
  const double single = 1 / 0.0104;
  const OpenCase cases[] = {
      {"a loop below its core",
       10'000,
       1000,
       {.in_flight_limit = {}, .cores = 1},
       10'000,
       25'000,
       true,
       Bound::offered},
      {"a loop at its core", 25'000, 1000, {.in_flight_limit = {}, .cores = 1}, 25'000, 25'000, false, Bound::cpu},
      {"a loop above it", 30'000, 1000, {.in_flight_limit = {}, .cores = 1}, 25'000, 25'000, false, Bound::cpu},
      {"a single thread below", 50, 64, {.in_flight_limit = 1, .cores = 1}, 50, single, true, Bound::offered},
      {"a single thread above",
       500,
       64,
       {.in_flight_limit = 1, .cores = 1},
       single,
       single,
       false,
       Bound::in_flight_limit},
      {"too few connections",
       5000,
       10,
       {.in_flight_limit = {}, .cores = 1},
       10 / 0.0104,
       10 / 0.0104,
       false,
       Bound::clients},
  };
  for (const OpenCase& c : cases) {
    const OpenPrediction got = predict_open(c.rate, c.connections, kOneCall, c.capacity);
    EXPECT_NEAR(got.throughput_rps, c.throughput, 1e-6 * c.throughput) << c.what;
    EXPECT_NEAR(got.capacity_rps, c.capacity_rps, 1e-6 * c.capacity_rps) << c.what;
    EXPECT_EQ(got.latency_floor_s, c.has_floor ? std::optional(kOneCall.d1_s) : std::nullopt) << c.what;
    EXPECT_EQ(got.bound, c.bound) << c.what;
  }
}

}  // namespace
}  // namespace interleave
