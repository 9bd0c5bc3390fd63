#include "core/base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

namespace interleave {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 5> kDurationUnits{
    {{"min", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
constexpr std::array<Unit, 7> kSizeUnits{{{"B", 1},
                                          {"KiB", 1ULL << 10U},
                                          {"MiB", 1ULL << 20U},
                                          {"GiB", 1ULL << 30U},
                                          {"kB", 1'000},
                                          {"MB", 1'000'000},
                                          {"GB", 1'000'000'000}}};

// A quantity in its smallest unit: whole + fraction, 0 <= fraction < factor of the unit written.
struct Quantity {
  std::uint64_t whole;
  double fraction;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "digits[.digits]unit" and nothing else: no sign, no space, no exponent. The whole part is exact in 64 bits; the
// fraction goes through a double, whose error (2^-53 of a minute) is far below the smallest unit.
std::optional<Quantity> parse_quantity(std::string_view text, std::span<const Unit> units) {
  const auto* const unit_begin =
      std::find_if(text.begin(), text.end(), [](char c) { return !is_digit(c) && c != '.'; });
  const auto number_length = static_cast<std::size_t>(unit_begin - text.begin());
  const std::string_view number = text.substr(0, number_length);
  const std::string_view name = text.substr(number_length);
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end()) return std::nullopt;

  const std::size_t point = number.find('.');
  const std::string_view digits = number.substr(0, point);
  std::uint64_t count = 0;
  const auto [digits_end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (failure != std::errc{} || digits_end != digits.data() + digits.size()) return std::nullopt;
  if (count > std::numeric_limits<std::uint64_t>::max() / unit->factor) return std::nullopt;
  Quantity result{count * unit->factor, 0};

  if (point != std::string_view::npos) {
    const std::string_view decimals = number.substr(point);
    if (decimals.size() < 2 || !is_digit(decimals[1])) return std::nullopt;
    double fraction = 0;
    const auto [end, error] = std::from_chars(decimals.data(), decimals.data() + decimals.size(), fraction);
    if (error == std::errc::result_out_of_range) fraction = 0;  // closer to zero than a double can say
    if (end != decimals.data() + decimals.size()) return std::nullopt;
    result.fraction = fraction * static_cast<double>(unit->factor);
  }
  return result;
}

std::optional<std::uint64_t> add(std::uint64_t whole, double fraction, std::uint64_t limit) {
  const auto rounded = static_cast<std::uint64_t>(std::llround(fraction));
  if (whole > limit || rounded > limit - whole) return std::nullopt;
  return whole + rounded;
}

struct Scaled {
  double value;
  std::string_view unit;
};

// Three significant digits, at least 0.001: 9.99, 10.0, 100, 0.123. The limits are where rounding adds a digit.
std::string three_digits(double value) {
  const double size = std::abs(value);
  if (size >= 99.95) return fmt::format("{:.0f}", value);
  if (size >= 9.995) return fmt::format("{:.1f}", value);
  if (size >= 0.9995 || size == 0) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3g}", value);
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const auto quantity = parse_quantity(text, kDurationUnits);
  if (!quantity) return std::nullopt;
  constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto total = add(quantity->whole, quantity->fraction, kLimit);
  if (!total) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(*total));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto quantity = parse_quantity(text, kSizeUnits);
  if (!quantity) return std::nullopt;
  // Half a byte is a mistake, not something to round; the tolerance is for 0.3 being no binary fraction.
  if (std::abs(quantity->fraction - std::round(quantity->fraction)) > 1e-6) return std::nullopt;
  return add(quantity->whole, quantity->fraction, std::numeric_limits<std::uint64_t>::max());
}

std::string format_duration(std::chrono::nanoseconds value) {
  if (value.count() == 0) return "0s";
  const bool negative = value.count() < 0;
  auto magnitude = static_cast<std::uint64_t>(value.count());
  if (negative) magnitude = 0 - magnitude;  // also right for the smallest value, which has no positive twin
  // Minutes divide no power of ten: only whole ones are exact.
  const auto* const unit = std::find_if(kDurationUnits.begin(), kDurationUnits.end(), [&](const Unit& u) {
    return magnitude >= u.factor && (u.name != "min" || magnitude % u.factor == 0);
  });
  std::string text = fmt::format("{}{}", negative ? "-" : "", magnitude / unit->factor);
  if (const std::uint64_t rest = magnitude % unit->factor; rest != 0) {
    std::string decimals = std::to_string(unit->factor + rest).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += "." + decimals;
  }
  return text + std::string(unit->name);
}

std::string format_duration_short(std::chrono::nanoseconds value) {
  const auto nanoseconds = static_cast<double>(value.count());
  const double size = std::abs(nanoseconds);
  if (size < 999.5) return fmt::format("{} ns", value.count());
  // The next unit begins where this one would round to 1000.
  if (size < 999.5e3) return three_digits(nanoseconds / 1e3) + " us";
  if (size < 999.5e6) return three_digits(nanoseconds / 1e6) + " ms";
  if (size < 60e9) return three_digits(nanoseconds / 1e9) + " s";
  return three_digits(nanoseconds / 60e9) + " min";
}

std::string format_count_short(double value) {
  constexpr std::array<Scaled, 4> kScales{{{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}}};
  for (const auto& scale : kScales) {
    if (std::abs(value) >= scale.value * 0.9995) return three_digits(value / scale.value) + std::string(scale.unit);
  }
  return three_digits(value);
}

}  // namespace interleave
