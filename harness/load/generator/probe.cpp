#include "harness/load/generator/probe.hpp"

#include <array>
#include <cerrno>
#include <chrono>
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
constexpr const char* kIsItThere = ": is the server running there?";
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

// How long to wait, and what ends that before.
struct Patience {
  TimePoint deadline;
  const Interrupt& interrupt;
};

// False: the time is over, or a signal came.
bool wait_for(int fd, short events, const Patience& patience) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience.deadline - now()).count();
    if (left <= 0 || patience.interrupt.signal() != 0) return false;
    std::array<pollfd, 2> waiting{{{fd, events, 0}, {patience.interrupt.wake_fd(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(left)) > 0 && waiting[0].revents != 0) return true;
  }
}

// 0 or the errno.
int wait_connected(int fd, const Patience& patience) {
  return wait_for(fd, POLLOUT, patience) ? socket_error(fd) : ETIMEDOUT;
}

void send_all(int fd, std::string_view text, const Patience& patience) {
  while (!text.empty() && wait_for(fd, POLLOUT, patience)) {
    const ssize_t size = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0) return;  // the reply, or its absence, says why
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

// What is wrong with the reply, empty: nothing that can be told.
std::string fault_of_reply(int fd, ResponseParser& parser, const Patience& patience) {
  std::array<char, 16'384> input{};
  while (wait_for(fd, POLLIN, patience)) {
    const ssize_t size = ::recv(fd, input.data(), input.size(), 0);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size == 0 && parser.finish() == ResponseParser::Event::complete) return "";
    if (size <= 0) return "closes the connection without an HTTP reply: is it an HTTP server?";
    const std::string_view bytes(input.data(), static_cast<std::size_t>(size));
    const auto result = parser.parse(bytes);
    if (result.event == ResponseParser::Event::complete) return "";
    if (result.event == ResponseParser::Event::failed) {
      return fmt::format("does not speak HTTP, its reply begins '{}': is it the right port?", shown(bytes));
    }
  }
  return "";
}

}  // namespace

std::optional<std::string> probe(const LoadPlan& plan, const Interrupt& interrupt) {
  const std::string target = to_string(plan.target);
  UniqueFd fd;
  try {
    fd = start_connect_tcp(plan.target);
  } catch (const std::system_error& error) {
    return std::string(error.what()) + kIsItThere;
  }
  const int error = wait_connected(fd.get(), {now() + kPatience, interrupt});
  if (interrupt.signal() != 0) return std::nullopt;
  if (error != 0) {
    return fmt::format("cannot connect to {}: {}{}", target, std::generic_category().message(error), kIsItThere);
  }
  const RequestMix mix(plan.mix);
  std::vector<char> scratch(mix.max_size());
  const Patience patience{now() + kPatience, interrupt};
  send_all(fd.get(), mix.text(kProbeId, scratch.data()), patience);
  ResponseParser parser;
  parser.begin(mix.is_head());
  const std::string fault = fault_of_reply(fd.get(), parser, patience);
  if (fault.empty()) return std::nullopt;
  return target + " " + fault;
}

}  // namespace interleave
