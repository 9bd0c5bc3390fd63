// Quantities as people write them in workload files, plans and options: "200us", "10ms", "1.5s", "4KiB".
// Pure functions, no locale. A value without a unit is an error: 10 of what?
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace interleave {

// ns, us, ms, s, min; a decimal fraction is allowed, the result is rounded to whole nanoseconds.
// nullopt: not a duration, negative, or beyond 292 years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

// B, KiB, MiB, GiB (1024) and kB, MB, GB (1000). nullopt: not a size, negative, or beyond 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// The shortest exact form in the largest unit that keeps it exact: 10ms, 1.5s, 250us.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds value);

// For people: three significant digits with a unit, "10.3 ms", "25.6 k" (per second and the like).
[[nodiscard]] std::string format_duration_short(std::chrono::nanoseconds value);
[[nodiscard]] std::string format_count_short(double value);

}  // namespace interleave
