// A peer, not a model: cpp-httplib, as a user of the library would write it, under as much of the server contract as
// it can keep. It answers every GET the same; of the counters it knows its requests.
#include <cerrno>
#include <system_error>
#include <utility>

#include <httplib.h>
#include <sys/socket.h>

#include "servers/common/server.hpp"

namespace interleave {
namespace {

constexpr int kBacklog = 4096;  // the library's own is 5: of 64 clients most would wait a second to get in

class CppHttplib final : public Server {
 public:
  CppHttplib(ServerConfig config, Counters& counters) : config_(std::move(config)), shard_(counters.shard(0)) {
    server_.new_task_queue = [threads = config_.threads] { return new httplib::ThreadPool(threads); };
    server_.set_tcp_nodelay(true);
    server_.set_socket_options([this](socket_t socket) { listener_ = socket; });
    server_.set_keep_alive_max_count(static_cast<std::size_t>(-1));  // its default ends a connection after 5 requests
    server_.Get(".*", [this](const httplib::Request&, httplib::Response& response) {
      bump(shard_.requests);
      bump(shard_.responses[status_index(200)]);
      response.set_content("Hello, world\n", "text/plain");
    });
  }

  Endpoint listen() override {
    Endpoint bound = config_.listen;
    if (bound.port == 0) {
      const int port = server_.bind_to_any_port(bound.address);
      if (port > 0) bound.port = static_cast<std::uint16_t>(port);
    } else if (!server_.bind_to_port(bound.address, bound.port)) {
      bound.port = 0;
    }
    if (bound.port == 0 || ::listen(listener_, kBacklog) != 0) {
      throw std::system_error(errno, std::generic_category(), "listen " + to_string(config_.listen));
    }
    return bound;
  }

  void run() override { server_.listen_after_bind(); }

  // Shuts the listener down and closes it: system calls only.
  void stop() noexcept override { server_.stop(); }

 private:
  ServerConfig config_;
  Counters::Shard& shard_;
  httplib::Server server_;
  socket_t listener_ = INVALID_SOCKET;  // the library's
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "threads",
          .summary = "A peer, not a model: cpp-httplib with a pool of threads, each serving one connection",
          .capabilities = {"keep_alive", "live_counters"},
          .options = {ModelOption::threads},
          .in_flight_limit = std::nullopt};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service&, Counters& counters) {
  return std::make_unique<CppHttplib>(config, counters);
}

}  // namespace interleave
