// What may be written where: colour only on a terminal, and never where NO_COLOR is set (https://no-color.org).
#pragma once
#include <cstdint>
#include <string>

namespace interleave {

enum class Colour : std::uint8_t { green, yellow, red };

[[nodiscard]] bool is_terminal(int fd) noexcept;
// NO_COLOR counts if it is not empty.
[[nodiscard]] bool shows_colour(int fd) noexcept;
// The text in that colour. Pure.
[[nodiscard]] std::string coloured(const std::string& text, Colour colour);

}  // namespace interleave
