// Opens connections to one target, without exceptions and without allocation: it does so during a run.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "core/base/unique_fd.hpp"
#include "core/net/socket_address.hpp"

namespace interleave {

class Dialer {
 public:
  // `sources`: numeric local addresses to spread over, since one has 28,000 ports per target; empty: the kernel
  // chooses. Throws std::system_error: not an address.
  Dialer(const Endpoint& target, const std::vector<std::string>& sources);

  // Starts a non-blocking connect with TCP_NODELAY, from source `number` modulo their count. Returns 0, or the errno
  // and no descriptor. Completion: as start_connect_tcp (core/net/socket.hpp).
  [[nodiscard]] int dial(std::size_t number, UniqueFd& fd) const noexcept;

 private:
  SocketAddress target_;
  std::vector<SocketAddress> sources_;
};

}  // namespace interleave
