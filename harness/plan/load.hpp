// How a cell is loaded: which generator, a closed loop of so many connections, or an open loop at an offered rate.
// Plain values; pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace interleave {

enum class LoadKind : std::uint8_t {
  closed,  // each connection sends its next request when its reply has come
  open     // requests come when the schedule says, whatever the server does
};
[[nodiscard]] std::string_view to_string(LoadKind kind) noexcept;

// Requests per second of an open loop: a number, or a share of the capacity predicted for the model, which is known
// once the run's calibration trials are done.
struct OfferedRate {
  std::optional<double> rps;                   // nullopt: not known (yet)
  std::optional<double> percent;               // of the predicted capacity; nullopt: rps was asked for
  std::optional<std::uint32_t> search_step{};  // from 1: the rate depends on the steps before it
  bool operator==(const OfferedRate&) const = default;
};

// "1000" or "50%": whole numbers, for they name trials. nullopt: neither, or out of bounds.
[[nodiscard]] std::optional<OfferedRate> parse_rate(std::string_view text);
// As it was asked for: "1000", "50%", "step 3".
[[nodiscard]] std::string to_string(const OfferedRate& rate);

// The generators, by the names that plans and the command line know; make_driver (harness/driver/driver.hpp) makes
// them.
[[nodiscard]] std::span<const std::string_view> driver_names() noexcept;

struct CellLoad {
  std::string driver = "wrk";
  std::uint32_t connections = 1;    // of an open loop: at most as many requests are under way
  std::optional<OfferedRate> rate;  // nullopt: closed
  bool operator==(const CellLoad&) const = default;

  [[nodiscard]] LoadKind kind() const noexcept { return rate ? LoadKind::open : LoadKind::closed; }
};

// For people: "64 connections" is "64", offered rates are "1000/s" and "50%".
[[nodiscard]] std::string short_name(const CellLoad& load);

}  // namespace interleave
