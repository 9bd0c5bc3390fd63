// The mistake on purpose: libuv_loop with blocking backend calls, file reads and pauses. The loop is there, the
// sockets of the clients do not block - but while a request waits for the backend the whole loop waits with it. An
// event loop alone does not give concurrency: what runs in it must not block.
#include <thread>

#include "servers/common/blocking/backend_pool.hpp"
#include "servers/common/file_read.hpp"
#include "servers/common/libuv/uv_server.hpp"

namespace interleave {
namespace {

class BlockingLoop final : public UvServer {
 public:
  BlockingLoop(const ServerConfig& config, const Service& service, Counters& counters)
      : UvServer(config, service, counters), blocking_backend_(config.backend, 1, 0) {}

  void start_call(PendingCall& pending, BackendCall& call, TimePoint deadline) override {
    blocking_backend_.perform(call, deadline);
    pending.done();
  }

  std::optional<IoResult> start_file_read(LoopClient&, const FileReadOp& op) override { return read_file(op); }
  bool sleep_now(const SleepOp& op) override {
    std::this_thread::sleep_for(op.duration);
    return true;
  }

 private:
  BlockingBackendPool blocking_backend_;
};

}  // namespace

ModelInfo model_info() {
  return {.name = INTERLEAVE_MODEL_NAME,
          .family = "loop",
          .summary = "The mistake on purpose: a libuv loop that makes blocking backend calls",
          .capabilities = {"routes", "keep_alive", "pipelining", "live_counters", "trace"},
          .options = {},
          .in_flight_limit = 1};
}

std::unique_ptr<Server> make_server(const ServerConfig& config, const Service& service, Counters& counters) {
  return std::make_unique<BlockingLoop>(config, service, counters);
}

}  // namespace interleave
