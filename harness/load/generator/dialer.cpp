#include "harness/load/generator/dialer.hpp"

#include <cerrno>
#include <utility>

#include <netinet/in.h>

#include "core/net/socket.hpp"

namespace interleave {

Dialer::Dialer(const Endpoint& target, const std::vector<std::string>& sources) : target_(to_socket_address(target)) {
  for (const std::string& source : sources) sources_.push_back(to_socket_address({source, 0}));
}

int Dialer::dial(std::size_t number, UniqueFd& fd) const noexcept {
  UniqueFd opened(::socket(target_.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!opened.valid()) return errno;
  set_no_delay(opened.get());
  if (!sources_.empty()) {
    // The port is chosen at connect, when the target is known too: else 28,000 ports are all there are.
    const int on = 1;
    ::setsockopt(opened.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const SocketAddress& source = sources_[number % sources_.size()];
    if (::bind(opened.get(), source.get(), source.size) != 0) return errno;
  }
  if (::connect(opened.get(), target_.get(), target_.size) != 0 && errno != EINPROGRESS && errno != EINTR)
    return errno;
  fd = std::move(opened);
  return 0;
}

}  // namespace interleave
