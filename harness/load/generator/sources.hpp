// Which local addresses to connect from. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/net/endpoint.hpp"

namespace interleave {

// Empty: let the kernel choose. Of 127.0.0.0/8 every address is ours: where one would run short of ports (about
// 28,000 per target, held for a minute after each connection) or connecting would get slow (a few thousand from one
// address), 127.0.0.1, 127.0.0.2, ... share the load.
[[nodiscard]] std::vector<std::string> default_sources(const Endpoint& target, std::uint32_t connections,
                                                       bool close_each);

}  // namespace interleave
