// Which local addresses to connect from.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/net/endpoint.hpp"

namespace interleave {

// Pure. Empty: let the kernel choose. Of 127.0.0.0/8 every address is ours: where one would run short of ports (about
// 28,000 per target, held for a minute after each connection) or connecting would get slow (a few thousand from one
// address), 127.0.0.1, 127.0.0.2, ... share the load.
[[nodiscard]] std::vector<std::string> default_sources(const Endpoint& target, std::uint32_t connections,
                                                       bool close_each);

// Throws UsageError unless `source` is a numeric address of the target's kind and one of this machine's: tried by
// binding a socket to it. Else every connection of the run would fail.
void require_source(const std::string& source, const Endpoint& target);

}  // namespace interleave
