// TCP sockets, the few calls every part needs. Thread-safe (no state). Set-up calls throw std::system_error.
#pragma once
#include "core/base/unique_fd.hpp"
#include "core/net/endpoint.hpp"

namespace interleave {

enum class Blocking : bool { no, yes };

// Binds and listens with SO_REUSEADDR and the largest backlog; close-on-exec. The message of a failed bind speaks of
// --listen: so every program of the suite calls its address.
[[nodiscard]] UniqueFd listen_tcp(const Endpoint& endpoint, Blocking blocking);
// The port the kernel chose where the endpoint said 0.
[[nodiscard]] Endpoint local_endpoint(int fd);
// Connects (blocking, at most `timeout_ms`), then sets TCP_NODELAY and the blocking mode asked for.
[[nodiscard]] UniqueFd connect_tcp(const Endpoint& endpoint, Blocking blocking, int timeout_ms = 5000);
// Starts a non-blocking connect with TCP_NODELAY set; completion is signalled by writability, its outcome by
// socket_error(). Throws std::system_error where the kernel refuses at once (usual on loopback; no descriptors left).
[[nodiscard]] UniqueFd start_connect_tcp(const Endpoint& endpoint);
// The error pending on a socket (an errno value), 0 if there is none; reading clears it.
[[nodiscard]] int socket_error(int fd) noexcept;
void set_no_delay(int fd) noexcept;

}  // namespace interleave
