// One thread, one libuv loop, non-blocking sockets for clients and backend. While a request waits for the backend the
// loop serves others: their operations are woven together on one thread. How libuv waits: servers/common/libuv.
#include "servers/common/libuv/uv_server.hpp"

namespace interleave {

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "loop",
          .summary = "One thread with a libuv event loop; while one request waits it serves others",
          .capabilities = {"routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters", "trace"},
          .options = {},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<UvServer>(config, service, counters);
}

}  // namespace interleave
