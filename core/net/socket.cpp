#include "core/net/socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "core/base/clock.hpp"
#include "core/net/socket_address.hpp"

namespace interleave {
namespace {

[[noreturn]] void throw_error(int error, const std::string& doing) {
  throw std::system_error(error, std::generic_category(), doing);
}

UniqueFd open_socket(const SocketAddress& address, Blocking blocking) {
  const int flags = SOCK_STREAM | SOCK_CLOEXEC | (blocking == Blocking::no ? SOCK_NONBLOCK : 0);
  UniqueFd fd(::socket(address.storage.ss_family, flags, 0));
  if (!fd.valid()) throw_error(errno, "cannot open a socket");
  return fd;
}

void set_blocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0) throw_error(errno, "cannot make a socket blocking");
}

// 0 once connected, otherwise the error number; a signal does not prolong the wait.
int wait_connected(int fd, int timeout_ms) {
  const TimePoint deadline = now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now()).count();
    pollfd waiting{fd, POLLOUT, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready > 0) return socket_error(fd);
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return errno;
  }
}

}  // namespace

UniqueFd listen_tcp(const Endpoint& endpoint, Blocking blocking) {
  SocketAddress address = to_socket_address(endpoint);
  UniqueFd fd = open_socket(address, blocking);
  const int on = 1;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) throw_error(errno, "SO_REUSEADDR");
  if (::bind(fd.get(), address.get(), address.size) != 0) {
    throw_error(errno, "cannot bind " + to_string(endpoint) + " (choose another --listen, or port 0 for any)");
  }
  // The kernel cuts the backlog down to net.core.somaxconn.
  if (::listen(fd.get(), std::numeric_limits<int>::max()) != 0) {
    throw_error(errno, "cannot listen on " + to_string(endpoint));
  }
  return fd;
}

Endpoint local_endpoint(int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  if (::getsockname(fd, address.get(), &address.size) != 0) throw_error(errno, "getsockname");
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.storage.ss_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4->sin_port)};
  }
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
  ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
  return {text.data(), ntohs(v6->sin6_port)};
}

UniqueFd start_connect_tcp(const Endpoint& endpoint) {
  SocketAddress address = to_socket_address(endpoint);
  UniqueFd fd = open_socket(address, Blocking::no);
  set_no_delay(fd.get());
  if (::connect(fd.get(), address.get(), address.size) != 0 && errno != EINPROGRESS && errno != EINTR) {
    throw_error(errno, "cannot connect to " + to_string(endpoint));
  }
  return fd;
}

UniqueFd connect_tcp(const Endpoint& endpoint, Blocking blocking, int timeout_ms) {
  UniqueFd fd = start_connect_tcp(endpoint);
  const int error = wait_connected(fd.get(), timeout_ms);
  if (error != 0) throw_error(error, "cannot connect to " + to_string(endpoint));
  if (blocking == Blocking::yes) set_blocking(fd.get());
  return fd;
}

int socket_error(int fd) noexcept {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

void set_no_delay(int fd) noexcept {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace interleave
