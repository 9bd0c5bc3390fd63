// Quantiles of a latency histogram. Exact for the bins given: no interpolation, a quantile is a value that occurred.
// Pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace interleave {

// (value, count), ascending, counts > 0.
using ValueCounts = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

[[nodiscard]] std::uint64_t total_count(const ValueCounts& histogram) noexcept;
[[nodiscard]] std::optional<double> mean_value(const ValueCounts& histogram) noexcept;  // nullopt: empty

// The smallest value with at least ceil(q n) samples at or below it (inverse of the empirical distribution).
// REQUIRES: not empty, 0 <= q <= 1.
[[nodiscard]] std::uint64_t quantile(const ValueCounts& histogram, double q);

// The same over `lost` more samples that are known only to lie above all others; nullopt where it falls among them.
// REQUIRES: not empty, 0 <= q <= 1.
[[nodiscard]] std::optional<std::uint64_t> quantile_with_lost(const ValueCounts& histogram, std::uint64_t lost,
                                                              double q);

// Samples that must lie beyond a percentile before it is given at all: with fewer it is a story about single
// requests.
inline constexpr double kSamplesBeyond = 20;
[[nodiscard]] bool quantile_is_supported(std::uint64_t samples, double q) noexcept;

// 95 % interval of the quantile within one histogram, free of assumptions about its shape: the number of samples
// below the true quantile is binomial(n, q), so the order statistics at its 2.5 % and 97.5 % points enclose it.
struct QuantileInterval {
  std::uint64_t estimate = 0, low = 0, high = 0;
};
// nullopt: not supported.
[[nodiscard]] std::optional<QuantileInterval> quantile_interval(const ValueCounts& histogram, double q);

// Ranks (from 1) of those order statistics.
struct RankInterval {
  std::uint64_t low = 0, high = 0;
};
[[nodiscard]] RankInterval quantile_ranks(std::uint64_t samples, double q, double level = 0.95);

// All samples together; for display only, never for an estimate (the replicate is a launch, not a request).
[[nodiscard]] ValueCounts merge(std::span<const ValueCounts* const> histograms);

}  // namespace interleave
