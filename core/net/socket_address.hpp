// An endpoint as the kernel wants it. Thread-safe (a value).
#pragma once
#include <sys/socket.h>

#include "core/net/endpoint.hpp"

namespace interleave {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};

// Throws std::system_error: not a numeric address.
[[nodiscard]] SocketAddress to_socket_address(const Endpoint& endpoint);

}  // namespace interleave
