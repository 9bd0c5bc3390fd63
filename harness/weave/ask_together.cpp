#include "harness/weave/ask_together.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>

#include <poll.h>
#include <sys/socket.h>

#include "core/base/unique_fd.hpp"
#include "core/net/socket.hpp"
#include "harness/trial/http_probe.hpp"

namespace interleave {
namespace {

struct Exchange {
  UniqueFd fd;
  std::string request;
  std::string response;
  TimedReply reply;
};

// Each connection asks to be closed, so the end of the stream is the end of the reply.
void receive(Exchange& exchange) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(exchange.fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) throw std::system_error(errno, std::generic_category(), "no reply");
  if (got > 0) {
    exchange.reply.received = now();
    exchange.response.append(buffer.data(), static_cast<std::size_t>(got));
    return;
  }
  exchange.fd.reset();
  const auto response = split_response(exchange.response);
  if (!response) throw std::runtime_error("the connection ended within a reply");
  exchange.reply.status = response->status;
}

void wait_for_any(const std::vector<Exchange>& exchanges, TimePoint deadline, const Interrupt& interrupt) {
  std::vector<pollfd> waiting{{interrupt.wake_fd(), POLLIN, 0}};
  for (const Exchange& exchange : exchanges) waiting.push_back({exchange.fd.get(), POLLIN, 0});
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
  if (left <= 0 ||
      ::poll(waiting.data(), waiting.size(), static_cast<int>(std::min<std::int64_t>(left, 60'000))) == 0) {
    throw std::system_error(std::make_error_code(std::errc::timed_out), "no reply");
  }
  interrupt.check();
}

}  // namespace

std::vector<TimedReply> ask_together(const Endpoint& server, std::span<const std::string> targets, TimePoint deadline,
                                     const Interrupt& interrupt) {
  std::vector<Exchange> exchanges;
  exchanges.reserve(targets.size());
  for (const std::string& target : targets) {
    exchanges.push_back({connect_tcp(server, Blocking::no), get_request(server, target), {}, {}});
  }
  for (Exchange& exchange : exchanges) {
    // A request is smaller than any socket buffer: it goes out in one piece or not at all.
    const std::string& request = exchange.request;
    if (::send(exchange.fd.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      throw std::system_error(errno, std::generic_category(), "cannot send the request");
    }
    exchange.reply.sent = now();
  }
  const auto open = [](const Exchange& exchange) { return exchange.fd.valid(); };
  while (std::any_of(exchanges.begin(), exchanges.end(), open)) {
    wait_for_any(exchanges, deadline, interrupt);
    for (Exchange& exchange : exchanges) {
      if (exchange.fd.valid()) receive(exchange);
    }
  }
  std::vector<TimedReply> replies;
  replies.reserve(exchanges.size());
  for (const Exchange& exchange : exchanges) replies.push_back(exchange.reply);
  return replies;
}

}  // namespace interleave
