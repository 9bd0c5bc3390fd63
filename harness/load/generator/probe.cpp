#include "harness/load/generator/probe.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/net/socket.hpp"
#include "harness/load/generator/response_parser.hpp"
#include "harness/load/generator/traffic.hpp"

namespace interleave {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 5s;
constexpr std::size_t kShownBytes = 40;
constexpr std::uint64_t kProbeId = Traffic::kWarmupIds - 1;

// The begin of what came instead of HTTP, with what cannot be printed replaced.
std::string shown(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, kShownBytes)) {
    if (c == '\r' || c == '\n') break;
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  return text;
}

bool wait_readable(int fd, TimePoint deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    pollfd waiting{fd, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

UniqueFd connect_to(const LoadPlan& plan) {
  try {
    return connect_tcp(plan.target, Blocking::yes, static_cast<int>(std::chrono::milliseconds(kPatience).count()));
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string(error.what()) + ": is the server running there?");
  }
}

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return;  // the reply, or its absence, says why
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

}  // namespace

void probe(const LoadPlan& plan) {
  const RequestMix mix(plan.mix);
  const UniqueFd fd = connect_to(plan);
  std::vector<char> scratch(mix.max_size());
  send_all(fd.get(), mix.text(kProbeId, scratch.data()));
  ResponseParser parser;
  parser.begin(mix.is_head());
  std::array<char, 16'384> input{};
  const TimePoint deadline = now() + kPatience;
  while (wait_readable(fd.get(), deadline)) {
    const ssize_t size = ::recv(fd.get(), input.data(), input.size(), 0);
    if (size <= 0) {
      if (size == 0 && parser.finish() == ResponseParser::Event::complete) return;
      throw std::runtime_error(fmt::format("{} closes the connection without an HTTP reply: is it an HTTP server?",
                                           to_string(plan.target)));
    }
    const auto result = parser.parse({input.data(), static_cast<std::size_t>(size)});
    if (result.event == ResponseParser::Event::complete) return;
    if (result.event == ResponseParser::Event::failed) {
      throw std::runtime_error(fmt::format("{} does not speak HTTP, its reply begins '{}': is it the right port?",
                                           to_string(plan.target),
                                           shown({input.data(), static_cast<std::size_t>(size)})));
    }
  }
}

}  // namespace interleave
