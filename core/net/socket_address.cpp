#include "core/net/socket_address.hpp"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace interleave {

SocketAddress to_socket_address(const Endpoint& endpoint) {
  SocketAddress address;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, endpoint.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  address.storage = {};
  if (::inet_pton(AF_INET6, endpoint.address.c_str(), &v6->sin6_addr) != 1) {
    throw std::system_error(EINVAL, std::generic_category(), "not a numeric address: " + endpoint.address);
  }
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(endpoint.port);
  address.size = sizeof(sockaddr_in6);
  return address;
}

}  // namespace interleave
