#include "harness/cli/terminal.hpp"

#include <cstdlib>

#include <unistd.h>

namespace interleave {

bool is_terminal(int fd) noexcept {
  return ::isatty(fd) == 1;
}

bool shows_colour(int fd) noexcept {
  const char* refused = std::getenv("NO_COLOR");
  return is_terminal(fd) && (refused == nullptr || *refused == '\0');
}

std::string coloured(const std::string& text, Colour colour) {
  constexpr const char* kEnd = "\x1b[0m";
  switch (colour) {
    case Colour::green:
      return "\x1b[32m" + text + kEnd;
    case Colour::yellow:
      return "\x1b[33m" + text + kEnd;
    case Colour::red:
      break;
  }
  return "\x1b[31m" + text + kEnd;
}

}  // namespace interleave
