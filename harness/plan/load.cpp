#include "harness/plan/load.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace interleave {
namespace {

constexpr std::uint32_t kHighestRps = 10'000'000;
constexpr std::uint32_t kHighestPercent = 1'000;

std::string whole(double value) {
  return std::to_string(std::llround(value));
}

}  // namespace

std::string_view to_string(LoadKind kind) noexcept {
  switch (kind) {
    case LoadKind::closed:
      return "closed";
    case LoadKind::open:
      break;
  }
  return "open";
}

std::span<const std::string_view> driver_names() noexcept {
  static constexpr std::array<std::string_view, 2> kNames{"wrk", "interleave"};
  return kNames;
}

std::optional<OfferedRate> parse_rate(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) return std::nullopt;
  if (number > (percent ? kHighestPercent : kHighestRps)) return std::nullopt;
  OfferedRate rate;
  (percent ? rate.percent : rate.rps) = number;
  return rate;
}

std::string to_string(const OfferedRate& rate) {
  if (rate.search_step) return "step " + std::to_string(*rate.search_step);
  return rate.percent ? whole(*rate.percent) + "%" : whole(rate.rps.value_or(0));
}

std::string short_name(const CellLoad& load) {
  if (!load.rate) return std::to_string(load.connections);
  return load.rate->percent || load.rate->search_step ? to_string(*load.rate) : to_string(*load.rate) + "/s";
}

}  // namespace interleave
