#include "harness/load/generator/sources.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <sys/socket.h>

#include "core/base/error.hpp"
#include "core/base/unique_fd.hpp"
#include "core/net/socket_address.hpp"

namespace interleave {
namespace {

constexpr std::uint32_t kPerAddress = 4096;
constexpr std::uint32_t kFewest = 4;
constexpr std::uint32_t kMost = 250;  // 127.0.0.1 to 127.0.0.250

}  // namespace

std::vector<std::string> default_sources(const Endpoint& target, std::uint32_t connections, bool close_each) {
  if (!target.address.starts_with("127.") || (connections <= kPerAddress && !close_each)) return {};
  const std::uint32_t count = std::clamp(connections / kPerAddress + 1, kFewest, kMost);
  std::vector<std::string> sources;
  for (std::uint32_t i = 1; i <= count; ++i) sources.push_back("127.0.0." + std::to_string(i));
  return sources;
}

void require_source(const std::string& source, const Endpoint& target) {
  const auto refuse = [&](const std::string& why) { throw UsageError("--source '" + source + "': " + why); };
  const bool numeric = parse_endpoint(source + ":0") || parse_endpoint("[" + source + "]:0");
  const bool fits = (source.find(':') == std::string::npos) == (target.address.find(':') == std::string::npos);
  if (!numeric || !fits) refuse("want a numeric address of the target's kind");
  const SocketAddress address = to_socket_address({source, 0});
  const UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.valid() && ::bind(fd.get(), address.get(), address.size) == 0) return;
  if (errno == EADDRNOTAVAIL) refuse("no address of this machine: see `ip address`");
  refuse("cannot connect from there: " + std::generic_category().message(errno));
}

}  // namespace interleave
